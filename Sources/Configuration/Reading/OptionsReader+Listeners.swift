import Core
import HTTP
import TLS
import YAML

extension OptionsReader {
    static func listeners(_ reader: NodeReader) -> [ListenerOptions] {
        if !reader.has("listen") { reader.missing("listen", example: "[{address: 127.0.0.1:8080}]") }
        let written = reader.list("listen") { inner, _ -> ListenerOptions? in
            let address = inner.endpoint("address", example: "127.0.0.1:8080")
            let tls = inner.mapping("tls", serverTLS) ?? nil
            return address.map { ListenerOptions(address: $0, tls: tls) }
        }
        if reader.node("listen")?.elements?.isEmpty == true {
            reader.fault("listen", "`listen` is empty", remedy: "write, for example: `listen: [{address: 127.0.0.1:8080}]`")
        }
        let listeners = written.compactMap(\.self)
        for (index, listener) in listeners.enumerated() where listener.address.port != 0 {
            if listeners[..<index].contains(where: { $0.address == listener.address }) {
                reader.fault("listen", "`listen` names \(listener.address) twice", remedy: "remove one of them")
            }
        }
        return listeners
    }

    private static func serverTLS(_ reader: NodeReader) -> ServerTLSOptions? {
        let certificate = reader.requiredFile("certificate", example: "cert.pem")
        let key = reader.requiredFile("key", example: "key.pem")
        let authority = reader.file("client_ca")
        let mode = reader.choice("client_certificates", default: ClientCertificates.off)
        if mode != .off, authority == nil {
            reader.fault(
                "client_certificates", "client certificates are checked, but `\(reader.name(of: "client_ca"))` is missing",
                remedy: "write, for example: `client_ca: clients.pem`")
        }
        let isOff = reader.node("client_certificates").map { $0.scalar?.text == "off" } ?? true
        if isOff, authority != nil {
            reader.fault(
                "client_ca", "`\(reader.name(of: "client_ca"))` is written, but clients are not asked for certificates",
                remedy: "write `client_certificates: optional` or `required`, or remove it")
        }
        guard let certificate, let key else { return nil }
        return ServerTLSOptions(certificate: certificate, key: key, clientCA: authority, clientCertificates: mode)
    }

    static func clientTLS(_ reader: NodeReader) -> ClientTLSOptions {
        let options = ClientTLSOptions(
            ca: reader.file("ca"), certificate: reader.file("certificate"), key: reader.file("key"),
            serverName: reader.optionalString("server_name"))
        if reader.has("certificate") != reader.has("key") {
            let present = reader.has("key") ? "key" : "certificate"
            let absent = reader.has("key") ? "certificate" : "key"
            reader.fault(present, "`\(reader.name(of: present))` is of no use without `\(absent)`", remedy: "write both, or neither")
        }
        return options
    }

    static func admin(_ reader: NodeReader) -> (address: Endpoint?, token: FileReference?) {
        let usual = Endpoint(host: "127.0.0.1", port: 9464)
        if let scalar = reader.node("admin")?.scalar {
            if scalar.text == "off" { return (nil, nil) }
            reader.fault("admin", "`admin` must be a mapping, or `off`", remedy: "write, for example: `admin: {address: \(usual)}`")
            return (nil, nil)
        }
        guard reader.has("admin") else { return (usual, nil) }
        return reader.mapping("admin") { inner in
            let address = inner.has("address") ? inner.endpoint("address", example: "\(usual)") : usual
            let isPublic = inner.bool("public", default: false)
            if let address, !address.isLoopback, !isPublic {
                inner.fault(
                    "address", "`admin.address` can be reached from other machines, and nobody is asked who they are",
                    remedy: "write instead: 127.0.0.1:\(address.port), or add `public: true` where the network keeps others out")
            }
            return (address, inner.file("token_file"))
        } ?? (nil, nil)
    }

    static func hostGuard(_ reader: NodeReader, listeners: [ListenerOptions], routes: [RouteOptions]) -> HostGuard {
        var hosts = routes.compactMap { HostPort($0.externalURL.authority) }.compactMap {
            HostPort(String(decoding: $0.host, as: UTF8.self))
        }
        for (index, written) in reader.strings("allowed_hosts").enumerated() {
            if let host = HostPort(written) {
                hosts.append(host)
            } else {
                let mark = reader.elements("allowed_hosts")[index].mark
                reader.faults.add(
                    reader.file, mark, "`allowed_hosts[\(index)]` is not a host: \(Fault.quote(written))",
                    remedy: "write a host, or host:port, such as louver.example")
            }
        }
        var origins = routes.compactMap { Origin($0.externalURL.origin) }
        for (index, written) in reader.strings("allowed_origins").enumerated() {
            if let origin = Origin(written) {
                origins.append(origin)
            } else {
                let mark = reader.elements("allowed_origins")[index].mark
                reader.faults.add(
                    reader.file, mark, "`allowed_origins[\(index)]` is not an origin: \(Fault.quote(written))",
                    remedy: "write scheme and host without a path, such as https://app.example")
            }
        }
        return HostGuard(hosts: hosts, origins: origins, admitsLoopback: listeners.contains { $0.address.isLoopback })
    }
}
