import COpenSSL
import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct RememberedSessionsTests {
    /// Shakes hands, lets the client see what follows, and answers both sides' word on resumption.
    private func connect(_ client: TLSContext, _ server: TLSContext, name: String = "localhost") throws -> Bool {
        let wire = try Wire(client, server, serverName: name)
        #expect(wire.handshake().isComplete)
        #expect(try wire.send([1], from: wire.server, to: wire.client) == [1])
        #expect(wire.client.isResumed == wire.server.isResumed)
        #expect(wire.client.peerCertificate != nil)
        return wire.client.isResumed
    }

    @Test(arguments: TLSVersion.allCases) func theSecondConnectionResumes(_ version: TLSVersion) throws {
        let estate = Estate()
        let client = try estate.client().limited(from: version.number, to: version.number)
        let server = try estate.server()
        #expect(try !connect(client, server))
        #expect(try connect(client, server))
        #expect(try connect(client, server))
    }

    @Test func anotherNameDoesNotResume() throws {
        let estate = Estate()
        let client = try estate.client()
        let server = try estate.server()
        #expect(try !connect(client, server))
        #expect(try !connect(client, server, name: "127.0.0.1"))
        #expect(try connect(client, server, name: "127.0.0.1"))
    }

    @Test func aNewContextOnEitherSideStartsAfresh() throws {
        let estate = Estate()
        let client = try estate.client()
        #expect(try !connect(client, try estate.server()))
        #expect(try !connect(client, try estate.server()))
        #expect(try !connect(try estate.client(), try estate.server()))
    }

    @Test(arguments: TLSVersion.allCases) func aResumedClientKeepsItsCertificate(_ version: TLSVersion) throws {
        let estate = Estate()
        let client = try estate.client(files: estate.clientFiles).limited(from: version.number, to: version.number)
        let server = try estate.server(clients: .required)
        for isSecond in [false, true] {
            let wire = try Wire(client, server)
            #expect(wire.handshake().isComplete)
            #expect(try wire.send([1], from: wire.server, to: wire.client) == [1])
            #expect(wire.server.isResumed == isSecond)
            #expect(wire.server.peerCertificate?.names.first == .dns([UInt8]("client.example.com".utf8)))
        }
    }

    @Test func aFailedHandshakeLeavesNothingToResume() throws {
        let estate = Estate()
        let client = try estate.client()
        let wire = try Wire(client, try estate.server(), serverName: "elsewhere.example")
        #expect(!wire.handshake().isComplete)
        guard case .client(_, let sessions) = client.side else { return }
        #expect(sessions.count == 0)
    }

    @Test func theTableStaysWithinItsBound() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client().limited(from: TLS1_2_VERSION, to: TLS1_2_VERSION), try estate.server())
        #expect(wire.handshake().isComplete)
        let session = try #require(SSL_get_session(wire.client.connection))
        let sessions = RememberedSessions()
        for number in 0..<3 * Limits.tlsSessionsRememberedMax { sessions.remember(session, for: "host-\(number)") }
        #expect(sessions.count == Limits.tlsSessionsRememberedMax)
        #expect(sessions.recall("host-\(3 * Limits.tlsSessionsRememberedMax - 1)") != nil)
        #expect(sessions.recall("unknown") == nil)
    }

    @Test func manyThreadsShareTheContexts() async throws {
        let estate = Estate()
        let client = try estate.client()
        let server = try estate.server()
        let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var resumed = 0
                    for _ in 0..<25 {
                        let wire = try Wire(client, server)
                        #expect(wire.handshake().isComplete)
                        #expect(try wire.send([1], from: wire.server, to: wire.client) == [1])
                        if wire.client.isResumed { resumed += 1 }
                    }
                    return resumed
                }
            }
            return try await group.reduce(0, +)
        }
        // Each thread may have begun before any session was there, and only then.
        #expect(resumed >= 100 - 4)
    }
}
