import Core
import TestSupport

@testable import TLS

/// A client and a server session with the wire between them in memory.
final class Wire {
    let client: TLSSession
    let server: TLSSession
    private var generator: SeededGenerator?

    /// Joins two contexts. With a generator the wire cuts what it carries at random places.
    init(_ client: TLSContext, _ server: TLSContext, serverName: String = "localhost", cutBy generator: SeededGenerator? = nil) throws {
        self.client = try TLSSession(client: client, serverName: serverName)
        self.server = try TLSSession(server: server)
        self.generator = generator
    }

    /// The first failure of each side and how often the wire was used.
    struct Handshake {
        var client: TLSFailure?
        var server: TLSFailure?
        var isComplete: Bool
    }

    /// Lets both sides shake hands until both are done or failed, carrying also what a failed side still had to say.
    func handshake() -> Handshake {
        var outcome = Handshake(isComplete: false)
        for _ in 0..<20 {
            outcome.client = outcome.client ?? Self.step(client)
            carry(from: client, to: server) { outcome.server = outcome.server ?? Self.step(server) }
            carry(from: server, to: client) { outcome.client = outcome.client ?? Self.step(client) }
        }
        outcome.isComplete = client.isEstablished && server.isEstablished && outcome.client == nil && outcome.server == nil
        return outcome
    }

    /// One step of a handshake: its failure, if it has one.
    private static func step(_ session: TLSSession) -> TLSFailure? {
        do throws(TLSFailure) {
            _ = try session.handshake()
            return nil
        } catch {
            return error
        }
    }

    /// Carries everything one side has to send to the other; `arrived` runs after each piece.
    func carry(from sender: TLSSession, to receiver: TLSSession, arrived: () -> Void = {}) {
        var sent = ByteBuffer()
        sender.drainOutput(into: &sent)
        let bytes = sent.takeAll()
        guard !bytes.isEmpty else { return }
        let pieces = generator?.pieces(of: bytes, longest: 700) ?? [bytes]
        for piece in pieces {
            var buffer = ByteBuffer()
            buffer.append(piece)
            receiver.receive(&buffer)
            arrived()
        }
    }

    /// Writes on one side and reads all of it on the other.
    func send(_ plain: [UInt8], from sender: TLSSession, to receiver: TLSSession, atMost: Int = 16 * 1024) throws -> [UInt8] {
        try sender.write(plain.span)
        var out = ByteBuffer()
        var failure: (any Error)?
        carry(from: sender, to: receiver) {
            do { while case .bytes = try receiver.read(into: &out, atMost: atMost) {} } catch { failure = error }
        }
        if let failure { throw failure }
        return out.takeAll()
    }

    /// One read of what is there.
    static func read(_ session: TLSSession) throws -> (outcome: ReadOutcome, bytes: [UInt8]) {
        var out = ByteBuffer()
        let outcome = try session.read(into: &out, atMost: 64 * 1024)
        return (outcome, out.takeAll())
    }
}
