import Core
import YAML

extension OptionsReader {
    static func upstreams(_ reader: NodeReader) -> [UpstreamOptions] {
        guard reader.has("upstreams") else {
            reader.missing(
                "upstreams", example: "{airflow: {url: http://127.0.0.1:8000/mcp, reissue: {mode: mint, secret_file: jwt_secret}}}")
            return []
        }
        let marks = Dictionary(
            reader.node("upstreams")?.entries?.map { ($0.name, $0.keyMark) } ?? [], uniquingKeysWith: { first, _ in first })
        return reader.named("upstreams") { name, inner in
            let isPlain = name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            if !isPlain || name.utf8.count > 64 {
                reader.faults.add(
                    reader.file, marks[name], "an upstream cannot be called \(Fault.quote(name))",
                    remedy: "use letters, digits, `-` and `_`, at most 64")
            }
            return upstream(name, inner)
        }.compactMap(\.self)
    }

    private static func upstream(_ name: String, _ reader: NodeReader) -> UpstreamOptions? {
        let url = reader.url("url", example: "http://127.0.0.1:8000/mcp")
        let tls = reader.mapping("tls", clientTLS)
        if let url, !url.isSecure, tls != nil {
            reader.fault(
                "tls", "`\(reader.name(of: "tls"))` is written, but the URL is plain http", remedy: "write an https URL, or remove `tls`")
        }
        let reissue: ReissueOptions?
        if reader.has("reissue") {
            reissue = reader.mapping("reissue", self.reissue) ?? nil
        } else {
            reader.missing("reissue", example: "{mode: mint, secret_file: jwt_secret}")
            reissue = nil
        }
        let options = { (url: ServerURL) in
            UpstreamOptions(
                name: name, url: url, wire: reader.choice("wire", default: UpstreamWire.auto), tls: tls ?? ClientTLSOptions(),
                connections: reader.int("connections", in: 1...65_535, default: 256),
                concurrentCalls: reader.optionalInt("concurrent_calls", in: 1...65_535),
                queueTimeout: reader.duration("queue_timeout", in: .milliseconds(1) ... .seconds(3_600), default: .seconds(10)),
                idleTimeout: reader.duration("idle_timeout", default: .seconds(4)),
                connectTimeout: reader.duration("connect_timeout", default: .seconds(5)),
                timeout: reader.duration("timeout", default: .seconds(300)),
                orphanTimeout: reader.duration("orphan_timeout", default: .seconds(30)), reissue: reissue)
        }
        let whole = options(url ?? ServerURL(isSecure: false, host: "localhost", port: 80, path: ""))
        return url == nil ? nil : whole
    }
}
