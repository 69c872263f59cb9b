import COpenSSL
import Core
import TestSupport

@testable import TLS

/// Certificates in files: an authority, a server for `localhost`, a client, and a stranger that signs itself into trust nowhere.
final class Estate {
    let folder = TemporaryFolder()
    let authority = CertificateAuthority()
    let caFile: String
    let serverFiles: (certificate: String, key: String)
    let clientFiles: (certificate: String, key: String)

    init(rsa: Bool = false) {
        caFile = folder.write("ca.pem", authority.certificate)
        serverFiles = Self.save(
            folder, "server", authority.issue("server", names: "DNS:localhost,DNS:*.example.com,IP:127.0.0.1,IP:::1", rsa: rsa))
        clientFiles = Self.save(
            folder, "client", authority.issue("client, Ltd", names: "DNS:client.example.com,URI:spiffe://example.com/agent"))
    }

    static func save(_ folder: TemporaryFolder, _ name: String, _ issued: CertificateAuthority.Issued) -> (certificate: String, key: String)
    {
        (folder.write("\(name).pem", issued.certificate), folder.write("\(name).key", issued.key))
    }

    func save(_ name: String, _ issued: CertificateAuthority.Issued) -> (certificate: String, key: String) {
        Self.save(folder, name, issued)
    }

    func server(
        _ files: (certificate: String, key: String)? = nil, clients: ClientCertificates = .off, clientCAFile: String? = nil,
        minimumVersion: TLSVersion = .tls12
    ) throws -> TLSContext {
        let files = files ?? serverFiles
        return try TLSContext.server(
            TLSServerOptions(
                certificateFile: files.certificate, keyFile: files.key, clientCAFile: clientCAFile ?? caFile, clientCertificates: clients,
                minimumVersion: minimumVersion))
    }

    func client(
        caFile: String? = nil, files: (certificate: String, key: String)? = nil, verifies: Bool = true, minimumVersion: TLSVersion = .tls12
    ) throws -> TLSContext {
        try TLSContext.client(
            TLSClientOptions(
                caFile: caFile ?? self.caFile, certificateFile: files?.certificate, keyFile: files?.key, verifies: verifies,
                minimumVersion: minimumVersion))
    }
}

extension TLSContext {
    /// Holds the context to one version, as a peer might be.
    func limited(from lowest: Int32, to highest: Int32) -> TLSContext {
        precondition(louver_set_version_range(handle.pointer, lowest, highest) == 1)
        return self
    }
}
