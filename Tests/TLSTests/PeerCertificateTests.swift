import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct PeerCertificateTests {
    @Test func bothSidesReadEachOther() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(files: estate.clientFiles), try estate.server(clients: .required))
        #expect(wire.handshake().isComplete)
        let client = try #require(wire.server.peerCertificate)
        #expect(client.subject == [UInt8]("CN=client\\, Ltd".utf8))
        #expect(
            client.names == [.dns([UInt8]("client.example.com".utf8)), .uri([UInt8]("spiffe://example.com/agent".utf8))])
        #expect(client.thumbprint.count == 32)
        let server = try #require(wire.client.peerCertificate)
        #expect(server.names.contains(.ip([127, 0, 0, 1])))
        #expect(server.names.contains(.ip([UInt8](repeating: 0, count: 15) + [1])))
        #expect(server.thumbprint != client.thumbprint)
        #expect(server.notAfter.seconds - server.notBefore.seconds == 24 * 3_600)
    }

    @Test func controlBytesOfASubjectAreEscaped() throws {
        let estate = Estate()
        let files = estate.save("odd", estate.authority.issue("a\nb\u{1b}[0m\u{e9}", names: "email:a@example.com"))
        let certificate = try CertificateInspection(certificateFile: files.certificate).certificate
        #expect(certificate.subject.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(certificate.names == [.email([UInt8]("a@example.com".utf8))])
    }

    @Test func namesAreBounded() throws {
        let estate = Estate()
        let names = (0..<3 * Limits.certificateNamesMax).map { "DNS:host-\($0).example.com" }.joined(separator: ",")
        let files = estate.save("many", estate.authority.issue("many", names: names))
        #expect(try CertificateInspection(certificateFile: files.certificate).certificate.names.count == Limits.certificateNamesMax)
    }
}
