import Core
import Reactor
import Redis
import TLS

/// Where the rate-limit store is.
struct RedisTarget: Sendable {
    let host: String
    let port: UInt16
    let unixPath: String?
    let tls: TLSContext?
    let serverName: String
    let username: String?
    let password: SecretBytes?
    let database: Int
    /// How long one exchange waits for the store before it counts as lost.
    let timeout: Duration
}

/// One pipelined connection of a loop to Redis.
///
/// Commands are written as they come and replies matched in order. A reply that is late fails its waiter and breaks the connection, because
/// from then on order says nothing; a broken connection is made anew, no sooner than after a growing, jittered pause.
final class RedisLink {
    private let target: RedisTarget
    private let loop: EventLoop
    private var wire: Wire?
    private var reader = RedisReplyReader()
    private var pending: [Pending] = []
    private var firstPending = 0
    private var isConnecting = false
    private var isFlushing = false
    private var retryAt = Instant(nanoseconds: 0)
    private var pause = Duration.milliseconds(50)
    private var isClosed = false

    private final class Pending {
        var continuation: UnsafeContinuation<RedisReply, any Error>?
        var timer: Timer?
    }

    init(_ target: RedisTarget, loop: EventLoop) {
        self.target = target
        self.loop = loop
    }

    /// Whether the store answered last.
    var isUp: Bool { wire != nil }

    /// Sends a command and waits for its reply, at most for the configured time.
    func execute(_ command: [UInt8]) async throws -> RedisReply {
        let deadline = loop.now + target.timeout
        if wire == nil { try await connect(deadline) }
        guard let wire, pending.count - firstPending < Limits.redisPipelineMax else { throw Failure(.store, "store_busy") }
        wire.output.append(command)
        let waiter = Pending()
        pending.append(waiter)
        startFlush(wire)
        return try await withUnsafeThrowingContinuation { continuation in
            waiter.continuation = continuation
            let timer = Timer { [weak self] _ in self?.drop(Failure(.store, "store_timeout")) }
            waiter.timer = timer
            loop.schedule(timer, at: deadline)
        }
    }

    /// Closes the link for good.
    func close() {
        isClosed = true
        drop(Failure(.store, "store_closed"))
    }

    // MARK: Connecting

    private func connect(_ deadline: Instant) async throws {
        guard !isConnecting, !isClosed, loop.now >= retryAt else { throw Failure(.store, "store_down") }
        isConnecting = true
        defer { isConnecting = false }
        do {
            let fresh = try await open(deadline)
            try await greet(fresh, deadline)
            fresh.stream.deadline = .never
            reader = RedisReplyReader()
            wire = fresh
            pause = .milliseconds(50)
            startReading(fresh)
        } catch {
            // Jitter keeps the replicas of a deployment from knocking together.
            retryAt = loop.now + pause * Double.random(in: 0.5...1.5)
            pause = min(pause * 2, .seconds(2))
            throw Failure(.store, "store_down", detail: "\(error)")
        }
    }

    private func open(_ deadline: Instant) async throws -> Wire {
        let address: SocketAddress
        if let path = target.unixPath {
            guard let unix = SocketAddress(unixPath: path) else { throw Failure(.store, "store_path") }
            address = unix
        } else {
            address = try await Resolver.addresses(of: target.host, port: target.port, on: loop)[0]
        }
        let stream = try await Stream.connect(to: address, on: loop, deadline: deadline)
        stream.deadlineReason = "store_timeout"
        stream.deadline = deadline
        let fresh = Wire(stream, tls: try target.tls.map { try TLSSession(client: $0, serverName: target.serverName) })
        try await fresh.handshake()
        return fresh
    }

    private func greet(_ wire: Wire, _ deadline: Instant) async throws {
        var expected = 0
        if let password = target.password {
            var arguments = [Array("AUTH".utf8)]
            if let name = target.username { arguments.append(Array(name.utf8)) }
            arguments.append(password.withBytes { [UInt8]($0) })
            RedisCommand.append(arguments, to: &wire.output)
            expected += 1
        }
        if target.database != 0 {
            RedisCommand.append([Array("SELECT".utf8), Array(String(target.database).utf8)], to: &wire.output)
            expected += 1
        }
        try await wire.flush()
        let greeting = RedisReplyReader()
        while expected > 0 {
            guard try await wire.fill() else { throw Failure(.store, "store_closed") }
            greeting.feed(wire.input.readable)
            wire.input.clear()
            while let reply = try greeting.next() {
                if let code = reply.errorCode { throw Failure(.store, "store_refused", detail: code.rawValue) }
                expected -= 1
            }
        }
    }

    // MARK: Traffic

    private func startFlush(_ wire: Wire) {
        if isFlushing { return }
        isFlushing = true
        LocalTask.run(on: loop) { await self.flush(wire) }
    }

    private func flush(_ wire: Wire) async {
        do { try await wire.flush() } catch { if wire === self.wire { drop(Failure(.store, "store_write")) } }
        isFlushing = false
        if !wire.output.isEmpty, wire === self.wire { startFlush(wire) }
    }

    private func startReading(_ wire: Wire) {
        LocalTask.run(on: loop) { await self.read(wire) }
    }

    private func read(_ wire: Wire) async {
        do {
            while try await wire.fill() {
                reader.feed(wire.input.readable)
                wire.input.clear()
                while let reply = try reader.next() { answer(reply) }
            }
            if wire === self.wire { drop(Failure(.store, "store_closed")) }
        } catch {
            if wire === self.wire { drop(Failure(.store, "store_read")) }
        }
    }

    private func answer(_ reply: RedisReply) {
        guard firstPending < pending.count else { return drop(Failure(.store, "store_unexpected_reply")) }
        let waiter = pending[firstPending]
        firstPending += 1
        if firstPending == pending.count {
            pending.removeAll(keepingCapacity: true)
            firstPending = 0
        } else if firstPending > 1_024 {
            pending.removeFirst(firstPending)
            firstPending = 0
        }
        if let timer = waiter.timer { loop.cancel(timer) }
        waiter.timer = nil
        if let waiting = waiter.continuation {
            waiter.continuation = nil
            waiting.resume(returning: reply)
        }
    }

    /// Breaks the connection and fails everybody who waits on it.
    private func drop(_ failure: Failure) {
        let waiting = pending[firstPending...]
        pending = []
        firstPending = 0
        wire?.close()
        wire = nil
        for waiter in waiting {
            if let timer = waiter.timer { loop.cancel(timer) }
            waiter.timer = nil
            guard let continuation = waiter.continuation else { continue }
            waiter.continuation = nil
            continuation.resume(throwing: failure)
        }
    }
}
