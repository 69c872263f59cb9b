import Core
import Reactor
import Redis

/// One pipelined connection of a loop to one Redis server, kept up in the background.
///
/// Commands are written as they come and replies matched in order. A reply that is late fails its own waiter; several in a row break the
/// connection, and so does a server that says it cannot do its work. A broken connection is made anew after a growing, jittered pause, and
/// counts as up when the server has said within the time of an exchange that it takes writes: until then everybody is told at once that the
/// store is lost. So no exchange waits longer than its deadline, and a store that is half dead costs next to nothing.
final class RedisLink {
    private let target: RedisTarget
    private let loop: EventLoop
    private let locate: () async throws -> RedisAddress
    private let changed: (RedisLink, _ isUp: Bool, Failure) -> Void
    private var wire: Wire?
    private var reader = RedisReplyReader()
    private var pending: [Pending] = []
    private var firstPending = 0
    private var isFlushing = false
    private var isClosed = false
    /// Whether the first attempt to connect is still under way; then it is worth a wait.
    private var isNew = true
    private var pause = Limits.redisPauses.lowerBound
    private var lateInARow = 0
    private let room: WaitingRoom
    private var heartbeat: Timer?
    /// Where it is connected to, or was last.
    private(set) var address: RedisAddress?

    private final class Pending {
        var continuation: UnsafeContinuation<RedisReply, any Error>?
        var timer: Timer?
    }

    /// - Parameters:
    ///   - locate: says where to connect to; asked again for every attempt.
    ///   - changed: hears when the link comes up or is lost, and why.
    init(
        _ target: RedisTarget, loop: EventLoop, locate: @escaping () async throws -> RedisAddress,
        changed: @escaping (RedisLink, _ isUp: Bool, Failure) -> Void
    ) {
        self.target = target
        self.loop = loop
        self.locate = locate
        self.changed = changed
        room = WaitingRoom(loop: loop, capacity: Limits.redisPipelineMax)
        LocalTask.run(on: loop) { await self.keepUp() }
    }

    /// Whether the server can be asked.
    var isUp: Bool { wire != nil }

    /// Sends a command and waits for its reply, at most until `deadline`.
    ///
    /// - Parameter isAsking: whether it is for a slot that is on its way here from another node of the cluster.
    func execute(_ command: [UInt8], isAsking: Bool = false, until deadline: Instant) async throws -> RedisReply {
        if wire == nil, isNew { _ = await room.wait(until: deadline) }
        guard let wire else { throw Failure(.store, "store_down") }
        guard pending.count - firstPending < Limits.redisPipelineMax else { throw Failure(.store, "store_busy") }
        if isAsking {
            RedisCommand.append([Array("ASKING".utf8)], to: &wire.output)
            pending.append(Pending())
        }
        wire.output.append(command)
        let waiter = Pending()
        pending.append(waiter)
        startFlush(wire)
        return try await withUnsafeThrowingContinuation { continuation in
            waiter.continuation = continuation
            let timer = Timer { [weak self, weak waiter] _ in if let waiter { self?.late(waiter) } }
            waiter.timer = timer
            loop.schedule(timer, at: deadline)
        }
    }

    /// Sends a command whose reply nobody waits for; dropped while there is no connection.
    func post(_ command: consuming ByteBuffer) {
        guard let wire, pending.count - firstPending < Limits.redisPipelineMax else { return }
        command.withReadable { wire.output.append($0) }
        pending.append(Pending())
        startFlush(wire)
    }

    /// The server answered, but cannot do its work: the link is lost until it can.
    func trip(_ code: RedisErrorCode) { drop(Failure(.store, "store_refused", detail: code.rawValue)) }

    /// The server did its work.
    func succeeded() {
        lateInARow = 0
        pause = Limits.redisPauses.lowerBound
    }

    /// Closes the link for good.
    func close() {
        isClosed = true
        if let heartbeat { loop.cancel(heartbeat) }
        heartbeat = nil
        drop(Failure(.store, "store_closed"))
        room.wakeAll()
    }

    // MARK: Keeping it up

    private func keepUp() async {
        while !isClosed {
            do {
                let fresh = try await connect()
                if isClosed { return fresh.close() }
                begin(fresh)
                await read(fresh)
            } catch {
                let failure = error as? Failure ?? Failure(.store, "store_connect", detail: "\(type(of: error))")
                isNew = false
                room.wakeAll()
                if !isClosed { changed(self, false, Failure(.store, "store_connect", detail: "\(failure.reason) \(failure.detail)")) }
            }
            if isClosed { return }
            // Jitter keeps the replicas of a deployment from knocking together.
            await loop.sleep(pause * Double.random(in: 0.5...1.5))
            pause = min(pause * 2, Limits.redisPauses.upperBound)
        }
    }

    private func connect() async throws -> Wire {
        let deadline = loop.now + Limits.redisConnectTimeout
        let address = try await locate()
        self.address = address
        let dialog = try await RedisDialog(address, target, loop: loop, deadline: deadline)
        do {
            // Who is too slow for an exchange is not up.
            dialog.wire.stream.deadline = loop.now + target.timeout
            try await dialog.requirePrimary()
        } catch {
            dialog.wire.close()
            throw error
        }
        return dialog.wire
    }

    private func begin(_ fresh: Wire) {
        fresh.stream.deadline = .never
        reader = RedisReplyReader()
        lateInARow = 0
        isNew = false
        wire = fresh
        changed(self, true, Failure(.store, "store_up"))
        room.wakeAll()
        scheduleHeartbeat()
    }

    /// Asks now and then whether the server still takes writes: one that was made a replica, or froze while nobody called, is noticed.
    private func scheduleHeartbeat() {
        guard heartbeat == nil else { return }
        let timer = Timer { [weak self] _ in self?.beat() }
        heartbeat = timer
        loop.schedule(timer, at: loop.now + Limits.redisHeartbeat)
    }

    private func beat() {
        heartbeat = nil
        guard !isClosed, let wire else { return }
        scheduleHeartbeat()
        LocalTask.run(on: loop) { await self.checkRole(of: wire) }
    }

    private func checkRole(of wire: Wire) async {
        var command = ByteBuffer()
        RedisCommand.append([Array("ROLE".utf8)], to: &command)
        guard let reply = try? await execute(command.takeAll(), until: loop.now + max(target.timeout, Limits.redisHeartbeatWait)),
            wire === self.wire
        else { return }
        if case .array(let parts) = reply, case .bulk(let role)? = parts.first, !ASCII.equals(role.span, "master") {
            drop(Failure(.store, "store_is_replica"))
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
        if let current = self.wire, !current.output.isEmpty { startFlush(current) }
    }

    private func read(_ wire: Wire) async {
        do {
            while try await wire.fill() {
                reader.feed(wire.input.readable)
                wire.input.clear()
                while wire === self.wire, let reply = try reader.next() { answer(reply) }
                if wire !== self.wire { return }
            }
            if wire === self.wire { drop(Failure(.store, "store_closed")) }
        } catch {
            if wire === self.wire { drop(Failure(.store, error is RedisFailure ? "store_garbage" : "store_read")) }
        }
    }

    private func answer(_ reply: RedisReply) {
        guard firstPending < pending.count else { return drop(Failure(.store, "store_garbage")) }
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
            lateInARow = 0
            waiter.continuation = nil
            waiting.resume(returning: reply)
        }
    }

    /// A reply did not come in time. When it comes after all, nobody is there for it.
    private func late(_ waiter: Pending) {
        waiter.timer = nil
        guard let continuation = waiter.continuation else { return }
        waiter.continuation = nil
        lateInARow += 1
        continuation.resume(throwing: Failure(.store, "store_timeout"))
        if lateInARow >= Limits.redisLateMax { drop(Failure(.store, "store_timeout")) }
    }

    /// Breaks the connection and fails everybody who waits on it.
    private func drop(_ failure: Failure) {
        let waiting = pending[firstPending...]
        pending = []
        firstPending = 0
        let wasUp = wire != nil
        wire?.close()
        wire = nil
        for waiter in waiting {
            if let timer = waiter.timer { loop.cancel(timer) }
            waiter.timer = nil
            guard let continuation = waiter.continuation else { continue }
            waiter.continuation = nil
            continuation.resume(throwing: failure)
        }
        if wasUp { changed(self, false, failure) }
    }
}
