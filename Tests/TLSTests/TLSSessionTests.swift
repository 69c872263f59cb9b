import COpenSSL
import Core
import TestSupport
import Testing

@testable import TLS

@Suite struct TLSSessionTests {
    @Test(arguments: TLSVersion.allCases, [false, true]) func bothSidesAgree(_ version: TLSVersion, rsa: Bool) throws {
        let estate = Estate(rsa: rsa)
        let client = try estate.client().limited(from: version.number, to: version.number)
        let wire = try Wire(client, try estate.server())
        #expect(wire.client.version == nil)
        #expect(wire.client.cipherName == nil)
        #expect(wire.handshake().isComplete)
        for side in [wire.client, wire.server] {
            #expect(side.version == version)
            #expect(side.applicationProtocol == "http/1.1")
            #expect(!side.isResumed)
            #expect(side.cipherName?.contains("GCM") == true || side.cipherName?.contains("CHACHA20") == true)
        }
        #expect(try wire.send([UInt8]("ping".utf8), from: wire.client, to: wire.server) == [UInt8]("ping".utf8))
        #expect(try wire.send([UInt8]("pong".utf8), from: wire.server, to: wire.client) == [UInt8]("pong".utf8))
        #expect(wire.client.heldInputCount == 0)
    }

    @Test(arguments: 0..<12) func anySplitOfTheCiphertextGivesTheSameBytes(_ seed: UInt64) throws {
        let estate = Estate()
        var generator = SeededGenerator(seed: seed)
        let wire = try Wire(try estate.client(), try estate.server(), cutBy: generator)
        #expect(wire.handshake().isComplete)
        for _ in 0..<8 {
            let count = Int.random(in: 1...40_000, using: &generator)
            let plain = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let atMost = Int.random(in: 1...20_000, using: &generator)
            #expect(try wire.send(plain, from: wire.client, to: wire.server, atMost: atMost) == plain)
            #expect(try wire.send(plain, from: wire.server, to: wire.client, atMost: atMost) == plain)
        }
    }

    @Test func carriesAMegabyteAtOnce() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(wire.handshake().isComplete)
        let plain = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try wire.send(plain, from: wire.server, to: wire.client) == plain)
    }

    @Test func readsNoMoreThanItWasAskedFor() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(wire.handshake().isComplete)
        try wire.client.write([1, 2, 3, 4, 5].span)
        wire.carry(from: wire.client, to: wire.server)
        var out = ByteBuffer()
        #expect(try wire.server.read(into: &out, atMost: 2) == .bytes(2))
        #expect(try wire.server.read(into: &out, atMost: 2) == .bytes(2))
        #expect(try wire.server.read(into: &out, atMost: 2) == .bytes(1))
        #expect(try wire.server.read(into: &out, atMost: 2) == .incomplete)
        #expect(out.takeAll() == [1, 2, 3, 4, 5])
    }

    @Test func nothingIsReadOrWrittenBeforeTheHandshake() throws {
        let estate = Estate()
        let context = try estate.server()
        #expect(throws: TLSFailure.self) { try Wire.read(try TLSSession(server: context)) }
        #expect(throws: TLSFailure.self) { try TLSSession(server: context).write([1].span) }
        let session = try TLSSession(server: context)
        #expect(try session.handshake() == .incomplete)
        session.shutdown()
        #expect(!session.hasOutput)
        #expect(session.peerCertificate == nil)
    }

    @Test(arguments: TLSVersion.allCases) func aGenuineEndIsToldFromACutConnection(_ version: TLSVersion) throws {
        let estate = Estate()
        let client = try estate.client().limited(from: version.number, to: version.number)
        let server = try estate.server()

        let closed = try Wire(client, server)
        #expect(closed.handshake().isComplete)
        try closed.server.write([7].span)
        closed.server.shutdown()
        closed.carry(from: closed.server, to: closed.client)
        closed.client.receiveEnd()
        #expect(try Wire.read(closed.client) == (.bytes(1), [7]))
        #expect(try Wire.read(closed.client) == (.closed, []))
        #expect(try Wire.read(closed.client) == (.closed, []))

        let cut = try Wire(client, server)
        #expect(cut.handshake().isComplete)
        try cut.server.write([7].span)
        cut.carry(from: cut.server, to: cut.client)
        cut.client.receiveEnd()
        #expect(try Wire.read(cut.client) == (.bytes(1), [7]))
        for _ in 0..<2 {
            let failure = #expect(throws: TLSFailure.self) { try Wire.read(cut.client) }
            #expect(failure.map { "\($0.reason)" } == "truncated")
        }
    }

    @Test func aConnectionCutInTheHandshakeIsReported() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(try wire.client.handshake() == .incomplete)
        wire.carry(from: wire.client, to: wire.server)
        for side in [wire.server, wire.client] {
            side.receiveEnd()
            let failure = #expect(throws: TLSFailure.self) { try side.handshake() }
            #expect(failure.map { "\($0.reason)" } == "truncated")
        }
    }

    @Test func alteredCiphertextIsRefusedAndThePeerIsTold() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(wire.handshake().isComplete)
        try wire.client.write([1, 2, 3].span)
        var sent = ByteBuffer()
        wire.client.drainOutput(into: &sent)
        var bytes = sent.takeAll()
        bytes[bytes.count - 1] ^= 1
        sent.append(bytes)
        wire.server.receive(&sent)
        #expect(throws: TLSFailure.self) { try Wire.read(wire.server) }
        #expect(throws: TLSFailure.self) { try wire.server.write([1].span) }
        #expect(wire.server.hasOutput)
        wire.carry(from: wire.server, to: wire.client)
        let failure = #expect(throws: TLSFailure.self) { try Wire.read(wire.client) }
        #expect(failure.map { "\($0.reason)" } == "peer_alert")
    }

    @Test func genuineBytesBeforeAnAlteredRecordAreDelivered() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(wire.handshake().isComplete)
        try wire.client.write([1].span)
        try wire.client.write([2].span)
        var sent = ByteBuffer()
        wire.client.drainOutput(into: &sent)
        var bytes = sent.takeAll()
        bytes[bytes.count - 1] ^= 1
        sent.append(bytes)
        wire.server.receive(&sent)
        #expect(try Wire.read(wire.server) == (.bytes(1), [1]))
        #expect(throws: TLSFailure.self) { try Wire.read(wire.server) }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}", "SSH-2.0-OpenSSH_9.2\r\n"])
    func otherProtocolsAreNamedAsSuch(_ text: String) throws {
        let session = try TLSSession(server: try Estate().server())
        var bytes = ByteBuffer()
        bytes.append([UInt8](text.utf8))
        session.receive(&bytes)
        let failure = #expect(throws: TLSFailure.self) { try session.handshake() }
        #expect(failure.map { "\($0.reason)" } == "not_tls")
    }

    @Test(arguments: 0..<200) func noGarbageIsTaken(_ seed: UInt64) throws {
        // Random bytes behind a genuine record head, so that they reach the handshake's own parser.
        var generator = SeededGenerator(seed: seed)
        let session = try TLSSession(server: try Self.shared.get())
        let count = Int.random(in: 4...600, using: &generator)
        var bytes = ByteBuffer()
        bytes.append([0x16, 0x03, 0x01, UInt8(count >> 8), UInt8(count & 255)])
        for _ in 0..<count { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        session.receive(&bytes)
        session.receiveEnd()
        #expect(throws: TLSFailure.self) { try session.handshake() }
        #expect(!session.isEstablished)
    }

    private static let shared = Result { try Estate().server() }

    @Test(arguments: [false, true]) func renegotiationIsRefused(byServer: Bool) throws {
        let estate = Estate()
        let wire = try Wire(try estate.client().limited(from: TLS1_2_VERSION, to: TLS1_2_VERSION), try estate.server())
        #expect(wire.handshake().isComplete)
        let (asker, other) = byServer ? (wire.server, wire.client) : (wire.client, wire.server)
        // A peer that does not keep to the rule Louver keeps to itself.
        SSL_clear_options(asker.connection, louver_op_no_renegotiation)
        #expect(SSL_renegotiate(asker.connection) == 1)
        var reason = ""
        for _ in 0..<4 where reason.isEmpty {
            ErrorQueue.clear()
            SSL_do_handshake(asker.connection)
            let drained = ErrorQueue.drain().reason
            if "\(drained)" == "renegotiation_refused" { reason = "\(drained)" }
            wire.carry(from: asker, to: other)
            #expect(try Wire.read(other).outcome == .incomplete)
            wire.carry(from: other, to: asker)
            do { _ = try Wire.read(asker) } catch let failure as TLSFailure { reason = "\(failure.reason)" }
        }
        #expect(reason == "renegotiation_refused")
    }

    @Test func compressionIsOff() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client().limited(from: TLS1_2_VERSION, to: TLS1_2_VERSION), try estate.server())
        #expect(wire.handshake().isComplete)
        #expect(SSL_get_current_compression(wire.client.connection) == nil)
    }

    @Test func idleBuffersGiveTheirMemoryBack() throws {
        let estate = Estate()
        let wire = try Wire(try estate.client(), try estate.server())
        #expect(wire.handshake().isComplete)
        _ = try wire.send([UInt8](repeating: 1, count: 100_000), from: wire.client, to: wire.server)
        wire.client.releaseMemory()
        wire.server.releaseMemory()
        #expect(try wire.send([1, 2], from: wire.client, to: wire.server) == [1, 2])
    }
}
