import Core
import RateLimit
import Reactor
import Redis

/// One pipelined connection of a loop to one Redis server, kept up in the background.
///
/// Commands are gathered over a turn of the loop and written at its end, or at once where the turn has nothing else to do; those that are
/// alike travel as one, with their number. Replies are matched in order. A reply that is late fails its own waiters; several in a row
/// break the connection, and so does a server that says it cannot do its work. A broken connection is made anew after a growing, jittered
/// pause, and counts as up when the server has said within the time of an exchange that it takes writes: until then everybody is told at
/// once that the store is lost. So no exchange waits longer than its deadline, and a store that is half dead costs next to nothing.
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
    /// What goes out at the end of this turn.
    private var gathered: [RedisErrand] = []
    /// How many replies and waits are outstanding.
    private var load = 0
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
    func execute(_ errand: RedisErrand, until deadline: Instant) async throws {
        if wire == nil, isNew { _ = await room.wait(until: deadline) }
        guard wire != nil else { throw Failure(.store, "store_down") }
        guard load < Limits.redisPipelineMax else { throw Failure(.store, "store_busy") }
        errand.deadline = deadline
        try await withUnsafeThrowingContinuation { continuation in
            errand.continuation = continuation
            gather(errand)
            watch(deadline)
            // Nothing can be gathered with it: the server works while the turn comes to its end.
            if !loop.hasOtherWork { flush() }
        }
    }

    /// Sends a command whose reply nobody waits for; false when there is no connection to take it.
    func post(_ command: borrowing ByteBuffer) -> Bool {
        guard let wire, load < Limits.redisPipelineMax else { return false }
        command.withReadable { wire.output.append($0) }
        pending.append(nil)
        load += 1
        return true
    }

    /// Lets it go out at the end of the turn, with another of this turn that is like it where there is one. Callers that come together
    /// come for the same buckets more often than not.
    private func gather(_ errand: RedisErrand) {
        load += 1
        for other in gathered.suffix(Self.comparedMax) where other.isLike(errand) {
            other.companions.append(errand)
            return
        }
        gathered.append(errand)
    }

    /// With how many of a turn one is compared.
    private static let comparedMax = 16

    private func writeGathered(to wire: Wire) {
        for errand in gathered {
            if errand.isAsking {
                RedisCommand.append([Array("ASKING".utf8)], to: &wire.output)
                pending.append(nil)
                load += 1
            }
            errand.write(calls: 1 + errand.companions.count, into: &wire.output)
            errand.isSent = true
            for companion in errand.companions { companion.isSent = true }
            pending.append(errand)
        }
        gathered.removeAll(keepingCapacity: true)
    }

    /// Hands on what was gathered in this turn of the loop.
    func flush() {
        guard let wire else { return }
        writeGathered(to: wire)
        guard !isFlushing, !wire.output.isEmpty else { return }
        do { if try wire.flushAtOnce() { return expectReply() } } catch { return drop(Failure(.store, "store_write")) }
        isFlushing = true
        LocalTask.run(on: loop) { await self.flushRest(of: wire) }
    }

    /// Where one call's reply is all that is on its way, it may be worth to poll for it.
    private func expectReply() {
        guard load == 1, pending.last.map({ $0 != nil }) == true, let until = busyPoll.sent(at: .now()) else { return }
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
        try? await execute(question, until: loop.now + max(target.timeout, Limits.redisHeartbeatWait))
        if question.isReplica, wire === self.wire { drop(Failure(.store, "store_is_replica")) }
    }

    private final class RoleErrand: RedisErrand {
        var isReplica = false

        override func write(calls: Int, into out: inout ByteBuffer) { RedisCommand.append([Array("ROLE".utf8)], to: &out) }

        override func arrived(_ reply: ReplyTape, call: Int, of calls: Int) {
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
        load -= 1
        guard let errand else { return }
        let others = errand.companions.count
        load -= others
        hand(reply, to: errand, 0, of: 1 + others)
        for at in 0..<others { hand(reply, to: errand.companions[at], 1 + at, of: 1 + others) }
        errand.companions.removeAll(keepingCapacity: true)
    }

    private func hand(_ reply: ReplyTape, to errand: RedisErrand, _ call: Int, of calls: Int) {
        guard let waiting = errand.continuation else { return errand.arrivedLate(reply, call: call, of: calls) }
        lateInARow = 0
        errand.continuation = nil
        errand.arrived(reply, call: call, of: calls)
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
        func check(_ errand: RedisErrand) {
            guard let waiting = errand.continuation else { return }
            if errand.deadline > now {
                next = min(next, errand.deadline)
            } else {
                errand.continuation = nil
                late.append(waiting)
            }
        }
        for case let errand? in pending[firstPending...] {
            let before = late.count
            check(errand)
            for companion in errand.companions { check(companion) }
            if late.count > before { lateInARow += 1 }
        }
        for waiting in late { waiting.resume(throwing: Failure(.store, "store_timeout")) }
        overdueAt = next
        if next != .never, let overdue { loop.schedule(overdue, at: next) }
        if lateInARow >= Limits.redisLateMax { drop(Failure(.store, "store_timeout")) }
    }

    /// Breaks the connection and fails everybody who waits on it.
    private func drop(_ failure: Failure) {
        var waiting = pending[firstPending...].compactMap(\.self) + gathered
        for errand in waiting {
            waiting += errand.companions
            errand.companions = []
        }
        pending = []
        firstPending = 0
        gathered = []
        load = 0
        busyPoll.forget()
        loop.stopPolling()
        let wasUp = wire != nil
        wire?.close()
        wire = nil
        for errand in waiting {
            guard let continuation = errand.continuation else { continue }
            errand.continuation = nil
            continuation.resume(throwing: failure)
        }
        if wasUp { changed(self, false, failure) }
    }
}
