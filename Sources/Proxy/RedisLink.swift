import Core
import RateLimit
import Reactor
import Redis

/// One pipelined connection of a loop to one Redis server, kept up in the background.
///
/// Commands are gathered over a turn of the loop and written at its end, or at once where the turn has nothing else to do; replies are
/// matched in order. A reply that is late fails its own waiter; several in a row break the connection, and so does a server that says it
/// cannot do its work. A broken connection is made anew after a growing, jittered pause, and counts as up when the server has said within
/// the time of an exchange that it takes writes: until then everybody is told at once that the store is lost. So no exchange waits longer
/// than its deadline, and a store that is half dead costs next to nothing.
final class RedisLink {
    private let target: RedisTarget
    private let loop: EventLoop
    private let locate: () async throws -> RedisAddress
    private let changed: (RedisLink, _ isUp: Bool, Failure) -> Void
    private var wire: Wire?
    private var reader = RedisReplyReader()
    /// What was sent, in order; nil where nobody ever waits for the reply.
    private var pending: [RedisErrand?] = []
    private var firstPending = 0
    /// Fires when the first of them has waited for long enough: one for all, because they are nearly in the order of their deadlines.
    private var overdue: Timer?
    private var overdueAt = Instant.never
    private var isFlushing = false
    private var isClosed = false
    /// Whether the first attempt to connect is still under way; then it is worth a wait.
    private(set) var isNew = true
    private var busyPoll = BusyPoll()
    private var pause = Limits.redisPauses.lowerBound
    private var lateInARow = 0
    private let room: WaitingRoom
    private var heartbeat: Timer?
    /// Where it is connected to, or was last.
    private(set) var address: RedisAddress?

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
    /// - Parameters:
    ///   - isAsking: whether it is for a slot that is on its way here from another node of the cluster.
    ///   - write: writes the command.
    func execute(
        _ errand: RedisErrand, isAsking: Bool = false, until deadline: Instant, _ write: (inout ByteBuffer) -> Void
    ) async throws {
        if wire == nil, isNew { _ = await room.wait(until: deadline) }
        guard let wire else { throw Failure(.store, "store_down") }
        guard pending.count - firstPending < Limits.redisPipelineMax else { throw Failure(.store, "store_busy") }
        if isAsking {
            RedisCommand.append([Array("ASKING".utf8)], to: &wire.output)
            pending.append(nil)
        }
        write(&wire.output)
        pending.append(errand)
        errand.deadline = deadline
        errand.isSent = true
        try await withUnsafeThrowingContinuation { continuation in
            errand.continuation = continuation
            watch(deadline)
            // Nothing can be gathered with it: the server works while the turn comes to its end.
            if !loop.hasOtherWork { flush() }
        }
    }

    /// Sends a command whose reply nobody waits for; false when there is no connection to take it.
    func post(_ command: borrowing ByteBuffer) -> Bool {
        guard let wire, pending.count - firstPending < Limits.redisPipelineMax else { return false }
        command.withReadable { wire.output.append($0) }
        pending.append(nil)
        return true
    }

    /// Hands on what was gathered in this turn of the loop.
    func flush() {
        guard let wire, !isFlushing, !wire.output.isEmpty else { return }
        do { if try wire.flushAtOnce() { return expectReply() } } catch { return drop(Failure(.store, "store_write")) }
        isFlushing = true
        LocalTask.run(on: loop) { await self.flushRest(of: wire) }
    }

    /// Where one call's reply is all that is on its way, it may be worth to poll for it.
    private func expectReply() {
        guard pending.count - firstPending == 1, pending[firstPending] != nil, let until = busyPoll.sent(at: .now()) else { return }
        loop.poll(until: until)
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
        if let overdue { loop.cancel(overdue) }
        overdue = nil
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
            // Settlements send its name alone. Whoever may not load it is told by the first call.
            var script = ByteBuffer()
            RedisLimiter.writeScriptLoad(into: &script)
            _ = try await dialog.ask(script, count: 1)
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
        let question = RoleErrand()
        let deadline = loop.now + max(target.timeout, Limits.redisHeartbeatWait)
        try? await execute(question, until: deadline) { RedisCommand.append([Array("ROLE".utf8)], to: &$0) }
        if question.isReplica, wire === self.wire { drop(Failure(.store, "store_is_replica")) }
    }

    private final class RoleErrand: RedisErrand {
        var isReplica = false

        override func arrived(_ reply: ReplyTape) {
            guard case .array(let parts) = reply.reply, case .bulk(let role)? = parts.first else { return }
            isReplica = !ASCII.equals(role.span, "master")
        }
    }

    // MARK: Traffic

    private func flushRest(of wire: Wire) async {
        do { try await wire.flush() } catch { if wire === self.wire { drop(Failure(.store, "store_write")) } }
        isFlushing = false
    }

    private func read(_ wire: Wire) async {
        do {
            while try await wire.fill() {
                reader.feed(wire.input.readable)
                wire.input.clear()
                while wire === self.wire, try reader.advance() { answer(reader.tape) }
                if wire !== self.wire { return }
            }
            if wire === self.wire { drop(Failure(.store, "store_closed")) }
        } catch {
            if wire === self.wire { drop(Failure(.store, error is RedisFailure ? "store_garbage" : "store_read")) }
        }
    }

    private func answer(_ reply: ReplyTape) {
        guard firstPending < pending.count else { return drop(Failure(.store, "store_garbage")) }
        busyPoll.answered(at: loop.now)
        loop.stopPolling()
        let errand = pending[firstPending]
        firstPending += 1
        if firstPending == pending.count {
            pending.removeAll(keepingCapacity: true)
            firstPending = 0
        } else if firstPending > 1_024 {
            pending.removeFirst(firstPending)
            firstPending = 0
        }
        guard let errand else { return }
        guard let waiting = errand.continuation else { return errand.arrivedLate(reply) }
        lateInARow = 0
        errand.continuation = nil
        errand.arrived(reply)
        waiting.resume()
    }

    // MARK: Time

    private func watch(_ deadline: Instant) {
        let timer = overdue ?? Timer { [weak self] now in self?.giveUp(now) }
        overdue = timer
        // The heartbeat waits for longer than a call does.
        guard !timer.isScheduled || deadline < overdueAt else { return }
        overdueAt = deadline
        loop.schedule(timer, at: deadline)
    }

    /// Ends the waits that have lasted for long enough. A reply that comes after all is told to its errand all the same.
    private func giveUp(_ now: Instant) {
        var next = Instant.never
        var late: [UnsafeContinuation<Void, any Error>] = []
        for case let errand? in pending[firstPending...] {
            guard let waiting = errand.continuation else { continue }
            if errand.deadline > now {
                next = min(next, errand.deadline)
            } else {
                errand.continuation = nil
                late.append(waiting)
            }
        }
        lateInARow += late.count
        for waiting in late { waiting.resume(throwing: Failure(.store, "store_timeout")) }
        overdueAt = next
        if next != .never, let overdue { loop.schedule(overdue, at: next) }
        if lateInARow >= Limits.redisLateMax { drop(Failure(.store, "store_timeout")) }
    }

    /// Breaks the connection and fails everybody who waits on it.
    private func drop(_ failure: Failure) {
        let waiting = pending[firstPending...]
        pending = []
        firstPending = 0
        busyPoll.forget()
        loop.stopPolling()
        let wasUp = wire != nil
        wire?.close()
        wire = nil
        for case let errand? in waiting {
            guard let continuation = errand.continuation else { continue }
            errand.continuation = nil
            continuation.resume(throwing: failure)
        }
        if wasUp { changed(self, false, failure) }
    }
}
