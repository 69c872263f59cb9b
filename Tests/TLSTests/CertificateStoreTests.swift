import Core
import Glibc
import TestSupport
import Testing

@testable import TLS

@Suite struct CertificateStoreTests {
    private func options(_ estate: Estate) -> TLSServerOptions {
        TLSServerOptions(certificateFile: estate.serverFiles.certificate, keyFile: estate.serverFiles.key)
    }

    /// The thumbprint a new connection is shown.
    private func shown(_ store: CertificateStore, _ client: TLSContext) throws -> [UInt8] {
        let wire = try Wire(client, store.current)
        #expect(wire.handshake().isComplete)
        return try #require(wire.client.peerCertificate).thumbprint
    }

    /// Writes a file anew, visibly later: the clock of a file system may stand still between two writes of a test.
    private func rewrite(_ estate: Estate, _ name: String, _ bytes: [UInt8]) {
        let file = estate.folder.write(name, bytes)
        let later = timespec(tv_sec: Int(WallTime.now().seconds) + 60, tv_nsec: 0)
        let done = utimensat(AT_FDCWD, file, [later, later], 0)
        #expect(done == 0)
    }

    @Test func unchangedFilesKeepTheContext() throws {
        let estate = Estate()
        let store = try CertificateStore(server: options(estate))
        let before = store.current
        #expect(try !store.reload())
        #expect(store.current === before)
    }

    @Test func changedFilesAreShownToNewConnectionsOnly() throws {
        let estate = Estate()
        let store = try CertificateStore(server: options(estate))
        let client = try estate.client()
        let before = try shown(store, client)
        let open = try Wire(client, store.current)
        #expect(open.handshake().isComplete)
        let renewed = estate.authority.issue("renewed", names: "DNS:localhost")

        // Between the two writes the pair does not match: nothing changes.
        rewrite(estate, "server.pem", renewed.certificate)
        #expect(throws: TLSFailure.self) { try store.reload() }
        #expect(try shown(store, client) == before)
        #expect(throws: TLSFailure.self) { try store.reload() }

        rewrite(estate, "server.key", renewed.key)
        #expect(try store.reload())
        #expect(try !store.reload())
        #expect(try shown(store, client) != before)
        #expect(try open.send([1, 2], from: open.client, to: open.server) == [1, 2])
    }

    @Test func aFileThatIsGoneKeepsTheContext() throws {
        let estate = Estate()
        let store = try CertificateStore(server: options(estate))
        let before = store.current
        unlink(estate.serverFiles.key)
        #expect(throws: TLSFailure.self) { try store.reload() }
        #expect(store.current === before)
    }

    @Test func anUpstreamsAuthoritiesAreWatchedToo() throws {
        let estate = Estate()
        let store = try CertificateStore(client: TLSClientOptions(caFile: estate.caFile))
        let server = try estate.server()
        #expect(try Wire(store.current, server).handshake().isComplete)
        rewrite(estate, "ca.pem", CertificateAuthority("Another").certificate)
        #expect(try store.reload())
        #expect(try !Wire(store.current, server).handshake().isComplete)
    }

    @Test func whatCannotBeMadeAtFirstThrows() {
        let missing = "\(TemporaryFolder().path)/missing"
        #expect(throws: TLSFailure.self) {
            _ = try CertificateStore(server: TLSServerOptions(certificateFile: missing, keyFile: missing))
        }
        #expect(throws: TLSFailure.self) { _ = try CertificateStore(client: TLSClientOptions(caFile: missing)) }
    }
}
