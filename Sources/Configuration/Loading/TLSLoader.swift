import TLS
import YAML

/// Makes TLS contexts from options.
struct TLSLoader {
    let loader: FileLoader

    /// The context of a listener; nil after a fault.
    func server(_ options: ServerTLSOptions) -> TLSContext? {
        let files = [options.certificate] + [options.clientCA].compactMap(\.self)
        let areReadable = files.map { loader.check($0) }
        guard loader.checkSecret(options.key), areReadable.allSatisfy(\.self) else { return nil }
        do {
            return try TLSContext.server(
                TLSServerOptions(
                    certificateFile: options.certificate.path, keyFile: options.key.path, clientCAFile: options.clientCA?.path,
                    clientCertificates: options.clientCertificates))
        } catch {
            fault(error, certificate: options.certificate, key: options.key, authority: options.clientCA)
            return nil
        }
    }

    /// The context towards an upstream or the store; nil after a fault. `name` is what faults without a file speak of.
    func client(_ options: ClientTLSOptions, name: String) -> TLSContext? {
        let files = [options.ca, options.certificate].compactMap(\.self)
        let areReadable = files.map { loader.check($0) } + [options.key.map { loader.checkSecret($0) } ?? true]
        guard areReadable.allSatisfy(\.self) else { return nil }
        do {
            return try TLSContext.client(
                TLSClientOptions(caFile: options.ca?.path, certificateFile: options.certificate?.path, keyFile: options.key?.path))
        } catch {
            if options.certificate == nil, options.ca == nil {
                loader.faults.add(
                    "\(name)", nil, "TLS cannot be set up: \(error.detail)", remedy: "install the system's certificates, or name a `tls.ca`"
                )
            } else {
                fault(error, certificate: options.certificate, key: options.key, authority: options.ca)
            }
            return nil
        }
    }

    private func fault(_ failure: TLSFailure, certificate: FileReference?, key: FileReference?, authority: FileReference?) {
        let (blamed, remedy): (FileReference?, String) =
            switch failure.reason.description {
            case "key_file": (key, "name the PEM file with the key of this certificate, not encrypted")
            case "ca_file": (authority, "name a PEM file with the certificates of the authorities")
            default: (certificate, "name a PEM file with the certificate first and its intermediates behind it")
            }
        guard let reference = blamed ?? certificate ?? authority ?? key else { return }
        let detail = failure.detail
        let isDoubled = detail.hasPrefix(reference.path + ": ")
        loader.fault(reference, "cannot be used: \(isDoubled ? String(detail.dropFirst(reference.path.count + 2)) : detail)", remedy)
    }
}
