import COpenSSL
import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct TLSContextTests {
    /// What a handshake came to, as one word for each side.
    private func outcome(_ wire: Wire) -> (client: String, server: String, detail: String) {
        let handshake = wire.handshake()
        var client = handshake.client
        // A TLS 1.3 client has finished before the server looked at its certificate: the refusal comes with the first read.
        if client == nil, wire.client.isEstablished { do { _ = try Wire.read(wire.client) } catch { client = error as? TLSFailure } }
        return (
            client.map { "\($0.reason)" } ?? "ok", handshake.server.map { "\($0.reason)" } ?? "ok",
            (client?.detail ?? "") + " / " + (handshake.server?.detail ?? "")
        )
    }

    @Test func anUpstreamSignedByNobodyWeTrustIsRefused() throws {
        let estate = Estate()
        let stranger = estate.folder.write("stranger.pem", CertificateAuthority("Stranger").certificate)
        let result = outcome(try Wire(try estate.client(caFile: stranger), try estate.server()))
        #expect(result.client == "certificate_refused")
        #expect(result.server == "peer_alert")
        #expect(result.detail.contains("issuer certificate"))
    }

    @Test func theSystemStoreDoesNotTrustAPrivateAuthority() throws {
        let estate = Estate()
        let client = try TLSContext.client(TLSClientOptions())
        #expect(outcome(try Wire(client, try estate.server())).client == "certificate_refused")
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST", true), ("localhost.", true), ("127.0.0.1", true), ("::1", true), ("[::1]", true),
        ("a.example.com", true), ("localhos", false), ("example.com", false), ("a.b.example.com", false), ("127.0.0.2", false),
        ("::2", false), ("server", false),
    ])
    func theNameMustBeTheCertificates(_ name: String, isRight: Bool) throws {
        let estate = Estate()
        let result = outcome(try Wire(try estate.client(), try estate.server(), serverName: name))
        #expect(result.client == (isRight ? "ok" : "certificate_refused"))
        if !isRight { #expect(result.detail.lowercased().contains("mismatch")) }
    }

    @Test(arguments: ["", ".", "[]", "a b", "a\0b", "a\r\nb", "\u{e9}xample", String(repeating: "a", count: 254)])
    func namesThatCannotBeServersAreRefused(_ name: String) throws {
        let context = try Estate().client()
        #expect(throws: TLSFailure.self) { _ = try TLSSession(client: context, serverName: name) }
    }

    @Test(arguments: [(-48, 24, "expired"), (24, 24, "not yet valid")])
    func certificatesOutOfTheirTimeAreRefused(_ from: Int, _ hours: Int, _ words: String) throws {
        let estate = Estate()
        let files = estate.save("late", estate.authority.issue("late", names: "DNS:localhost", hoursFromNow: from, hours: hours))
        let result = outcome(try Wire(try estate.client(), try estate.server(files)))
        #expect(result.client == "certificate_refused")
        #expect(result.detail.contains(words))
    }

    @Test func verificationCanBeTurnedOffOnPurpose() throws {
        let estate = Estate()
        let client = try TLSContext.client(TLSClientOptions(verifies: false))
        #expect(outcome(try Wire(client, try estate.server(), serverName: "elsewhere.example")).client == "ok")
    }

    @Test func aPinnedLeafIsTrustedWithoutItsAuthority() throws {
        let estate = Estate()
        #expect(outcome(try Wire(try estate.client(caFile: estate.serverFiles.certificate), try estate.server())).client == "ok")
    }

    @Test(arguments: TLSVersion.allCases) func clientCertificates(_ version: TLSVersion) throws {
        let estate = Estate()
        let stranger = estate.save("other", CertificateAuthority("Stranger").issue("other"))
        let cases: [(policy: ClientCertificates, shown: (certificate: String, key: String)?, server: String, isKnown: Bool)] = [
            (.off, estate.clientFiles, "ok", false), (.off, nil, "ok", false), (.optional, nil, "ok", false),
            (.optional, estate.clientFiles, "ok", true), (.optional, stranger, "certificate_refused", false),
            (.required, nil, "certificate_missing", false), (.required, estate.clientFiles, "ok", true),
            (.required, stranger, "certificate_refused", false),
        ]
        for (policy, shown, expected, isKnown) in cases {
            let client = try estate.client(files: shown).limited(from: version.number, to: version.number)
            let wire = try Wire(client, try estate.server(clients: policy))
            let result = outcome(wire)
            #expect(result.server == expected)
            #expect(result.client == (expected == "ok" ? "ok" : "peer_alert"))
            #expect((wire.server.peerCertificate != nil) == isKnown)
        }
    }

    @Test func olderVersionsAreRefused() throws {
        let estate = Estate()
        let old = try estate.client()
        SSL_CTX_set_security_level(old.handle.pointer, 0)  // the library's own floor would keep it from trying
        #expect(SSL_CTX_set_cipher_list(old.handle.pointer, "ALL:@SECLEVEL=0") == 1)
        let result = outcome(try Wire(old.limited(from: TLS1_VERSION, to: TLS1_1_VERSION), try estate.server()))
        #expect(result.server == "version_refused")
        #expect(result.client == "peer_alert")
        let modern = outcome(
            try Wire(try estate.client().limited(from: TLS1_2_VERSION, to: TLS1_2_VERSION), try estate.server(minimumVersion: .tls13)))
        #expect(modern.server == "version_refused")
    }

    @Test func aServerThatIsTooOldIsRefused() throws {
        let estate = Estate()
        let old = try estate.server()
        SSL_CTX_set_security_level(old.handle.pointer, 0)
        #expect(SSL_CTX_set_cipher_list(old.handle.pointer, "ALL:@SECLEVEL=0") == 1)
        let result = outcome(try Wire(try estate.client(), old.limited(from: TLS1_VERSION, to: TLS1_1_VERSION)))
        #expect(result.client != "ok")
        #expect(result.server != "ok")
    }

    @Test func weakCiphersAreRefused() throws {
        let estate = Estate(rsa: true)
        let weak = try estate.client().limited(from: TLS1_2_VERSION, to: TLS1_2_VERSION)
        // Without forward secrecy, and without authenticated encryption.
        for list in ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"] {
            #expect(SSL_CTX_set_cipher_list(weak.handle.pointer, list) == 1)
            #expect(outcome(try Wire(weak, try estate.server())).server == "cipher_refused")
        }
    }

    @Test func otherProtocolsAreNotSelected() throws {
        let estate = Estate()
        let cases: [(offer: [UInt8], server: String, chosen: String?)] = [
            ([2] + Array("h2".utf8), "alpn_refused", nil),
            ([2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8), "ok", "http/1.1"),
            ([8] + Array("http/1.0".utf8), "alpn_refused", nil),
            ([], "ok", nil),
        ]
        for (offer, expected, chosen) in cases {
            let client = try estate.client()
            #expect(SSL_CTX_set_alpn_protos(client.handle.pointer, offer, UInt32(offer.count)) == 0)
            let wire = try Wire(client, try estate.server())
            #expect(outcome(wire).server == expected)
            #expect(wire.server.applicationProtocol == chosen)
        }
    }

    @Test func unusableFilesAreNamed() throws {
        let estate = Estate()
        let other = estate.save("other", estate.authority.issue("other"))
        let own = estate.serverFiles
        let missing = "\(estate.folder.path)/missing"
        let garbage = estate.folder.write("garbage.pem", [UInt8]("garbage".utf8))
        let encrypted = estate.folder.write("encrypted.key", GeneratedKey.encrypted(estate.authority.issue("x").key, password: "open"))
        let mixed = estate.save("mixed", CertificateAuthority.Issued(certificate: estate.authority.certificate, key: GeneratedKey.ec()))
        let cases: [(certificate: String, key: String, reason: String)] = [
            (missing, own.key, "certificate_file"), (garbage, own.key, "certificate_file"), (own.certificate, missing, "key_file"),
            (own.certificate, garbage, "key_file"), (own.certificate, other.key, "key_file"), (own.certificate, encrypted, "key_file"),
            (mixed.certificate, mixed.key, "key_file"),
        ]
        for (certificate, key, reason) in cases {
            let failure = #expect(throws: TLSFailure.self) { _ = try estate.server((certificate, key)) }
            #expect(failure.map { "\($0.reason)" } == reason)
            #expect(failure?.detail.contains(reason == "key_file" ? key : certificate) == true)
            #expect(throws: TLSFailure.self) { _ = try estate.client(files: (certificate, key)) }
        }
        for file in [missing, garbage, own.key] {
            #expect(throws: TLSFailure.self) { _ = try estate.client(caFile: file) }
            #expect(throws: TLSFailure.self) { _ = try estate.server(clients: .optional, clientCAFile: file) }
        }
        #expect(throws: TLSFailure.self) { _ = try TLSContext.client(TLSClientOptions(certificateFile: own.certificate)) }
        #expect(throws: TLSFailure.self) { _ = try TLSContext.client(TLSClientOptions(keyFile: own.key)) }
        #expect(throws: TLSFailure.self) {
            _ = try TLSContext.server(
                TLSServerOptions(certificateFile: own.certificate, keyFile: own.key, clientCertificates: .required))
        }
    }
}
