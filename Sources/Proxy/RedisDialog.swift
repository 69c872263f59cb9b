import Core
import Reactor
import Redis
import TLS

/// A connection to Redis before it carries anything: opened, logged in, and asked one question after the other.
final class RedisDialog {
    let wire: Wire
    private let reader = RedisReplyReader()

    /// Connects and logs in. Every wait ends at `deadline`.
    ///
    /// - Parameter isSentinel: whether it is a sentinel, which has a login of its own and no databases.
    init(_ address: RedisAddress, _ target: RedisTarget, isSentinel: Bool = false, loop: EventLoop, deadline: Instant) async throws {
        let places: [SocketAddress]
        if let path = address.path {
            guard let unix = SocketAddress(unixPath: path) else { throw Failure(.store, "store_path") }
            places = [unix]
        } else {
            places = try await Resolver.addresses(of: address.host, port: address.port, on: loop)
        }
        let stream = try await Self.connect(places, on: loop, deadline: deadline)
        stream.deadlineReason = "store_timeout"
        stream.deadline = deadline
        wire = Wire(stream, tls: try target.tls.map { try TLSSession(client: $0, serverName: target.serverName ?? address.host) })
        do {
            try await wire.handshake()
            if let password = isSentinel ? target.sentinelPassword : target.password {
                var words = [Array("AUTH".utf8)]
                if !isSentinel, let name = target.username { words.append(Array(name.utf8)) }
                words.append(password.withBytes { [UInt8]($0) })
                try await expectStatus(words)
            }
            if target.database != 0, !isSentinel { try await expectStatus([Array("SELECT".utf8), Array(String(target.database).utf8)]) }
        } catch {
            wire.close()
            throw error
        }
    }

    /// Tries the addresses of a name in turn: it may well have one of a kind that the server does not listen on.
    private static func connect(_ places: [SocketAddress], on loop: EventLoop, deadline: Instant) async throws -> Stream {
        var last: any Error = Failure(.store, "store_name")
        for place in places {
            do { return try await Stream.connect(to: place, on: loop, deadline: deadline) } catch { last = error }
        }
        throw last
    }

    /// Sends one command and waits for its reply.
    func ask(_ words: [[UInt8]]) async throws -> RedisReply {
        RedisCommand.append(words, to: &wire.output)
        try await wire.flush()
        return try await reply()
    }

    /// Sends so many commands at once, and waits for the reply to each.
    func ask(_ commands: consuming ByteBuffer, count: Int) async throws -> [RedisReply] {
        wire.output.append(commands.readable)
        try await wire.flush()
        var replies: [RedisReply] = []
        while replies.count < count { replies.append(try await reply()) }
        return replies
    }

    private func reply() async throws -> RedisReply {
        while true {
            if let reply = try reader.next() { return reply }
            guard try await wire.fill() else { throw Failure(.store, "store_closed") }
            wire.input.withSpan { reader.feed($0) }
            wire.input.clear()
        }
    }

    /// The same in words of ASCII.
    func ask(_ words: String...) async throws -> RedisReply { try await ask(words.map { Array($0.utf8) }) }

    /// Whether it is the one that takes writes. What a replica says may be outdated, so none is ever read.
    func requirePrimary() async throws {
        let reply = try await ask("ROLE")
        if let code = reply.errorCode { throw Failure(.store, "store_refused", detail: code.rawValue) }
        guard case .array(let parts) = reply, case .bulk(let role)? = parts.first, ASCII.equals(role.span, "master") else {
            throw Failure(.store, "store_is_replica")
        }
    }

    private func expectStatus(_ words: [[UInt8]]) async throws {
        if let code = try await ask(words).errorCode { throw Failure(.store, "store_refused", detail: code.rawValue) }
    }
}
