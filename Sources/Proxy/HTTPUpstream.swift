import Core
import HTTP
import Reactor
import TLS

/// The connections of one loop to one upstream: bounded, reused last-in first-out, dropped when the upstream closes them.
final class HTTPUpstream: UpstreamDoor {
    let target: UpstreamTarget
    let loop: EventLoop
    let gauges: UpstreamGauges
    private var idle: [UpstreamConnection] = []
    private var open = 0
    private var waiters: [Wait] = []
    /// Places that belong to waiters who were woken and have not run yet.
    private var promised = 0
    private let book: AddressBook
    private var sweep: Timer?
    private let postPrefix: [UInt8]
    private let getPrefix: [UInt8]
    private let deletePrefix: [UInt8]
    private(set) var isRetired = false

    init(_ target: UpstreamTarget, loop: EventLoop, gauges: UpstreamGauges) {
        self.target = target
        self.loop = loop
        self.gauges = gauges
        book = AddressBook(host: target.host, port: target.port, loop: loop)
        postPrefix = target.headPrefix("POST")
        getPrefix = target.headPrefix("GET")
        deletePrefix = target.headPrefix("DELETE")
    }

    deinit { if let sweep { loop.cancel(sweep) } }

    // MARK: Sending

    func send(_ request: OutboundRequest) async throws -> any UpstreamReply {
        var isRepeat = false
        while true {
            let connection = try await checkOut(request, fresh: isRepeat)
            let seen = connection.wire.bytesIn
            let sentBefore = connection.wire.bytesOut
            do {
                try request.ride(connection.wire.stream)
                let head = try await connection.exchange(request, prefix: prefix(request.verb))
                gauges.sent(connection.wire.bytesOut - sentBefore)
                gauges.received(connection.wire.bytesIn - seen)
                return try HTTPReply(head, to: request, on: connection, of: self)
            } catch {
                request.stream = nil
                let noReply = connection.wire.bytesIn == seen
                discard(connection)
                guard !isRepeat, request.isRepeatable, connection.isReused, noReply, Self.wasReset(error) else { throw error }
                isRepeat = true
                gauges.repeated()
            }
        }
    }

    private static func wasReset(_ error: any Error) -> Bool {
        guard let failure = error as? Failure, failure.origin == .upstream else { return false }
        return failure.reason.spells("reset") || failure.reason.spells("closed_without_reply")
    }

    private func prefix(_ verb: OutboundRequest.Verb) -> [UInt8] {
        switch verb {
        case .post: postPrefix
        case .listen: getPrefix
        case .endSession: deletePrefix
        }
    }

    // MARK: The pool

    /// Finds a connection for a request, and binds what it waits for meanwhile to the request: a cancellation ends it wherever it is.
    private func checkOut(_ request: OutboundRequest, fresh: Bool) async throws -> UpstreamConnection {
        if request.isEndless { return try await connect(request, isStream: true) }
        if idle.count + target.connectionsMax - open <= promised { try await waitForRoom(request) }
        while let connection = fresh ? nil : idle.popLast() {
            connection.isIdle = false
            if connection.wire.stream.isQuiet {
                gauges.becameBusy()
                gauges.reused()
                return connection
            }
            gauges.becameBusy()
            discard(connection, wakes: false)
        }
        if open >= target.connectionsMax, let oldest = idle.first { dropIdle(oldest, wakes: false) }
        return try await connect(request, isStream: false)
    }

    /// - Parameter isStream: for a stream that lives on. There are no more of these than clients that read one, so they need no bound of
    ///   their own.
    private func connect(_ request: OutboundRequest, isStream: Bool) async throws -> UpstreamConnection {
        if !isStream { open += 1 }
        gauges.opened()
        do {
            let by = loop.now + target.connectTimeout
            let stream = try await dial(request, by)
            let connection = UpstreamConnection(
                Wire(stream, tls: try target.tls.map { try TLSSession(client: $0, serverName: target.serverName) }), isStream: isStream)
            stream.deadlineReason = "connect_timeout"
            stream.deadline = min(by, request.deadline)
            try await connection.wire.handshake()
            gauges.reached(true)
            // The stream is the connection's own and tells nothing after it was closed; an idle connection is the pool's own.
            stream.onHangup = { [unowned self, unowned connection] in
                if connection.isIdle { dropIdle(connection) }
            }
            return connection
        } catch {
            request.stream?.close()
            request.stream = nil
            if (error as? Failure)?.origin == .upstream { gauges.reached(false) }
            leave(isStream)
            throw error
        }
    }

    /// Tries the upstream's addresses in turn. Each has its share of the time that is left, so that a dead one leaves some to the others.
    private func dial(_ request: OutboundRequest, _ deadline: Instant) async throws -> Stream {
        let list = try await book.addresses(for: request, before: min(deadline, request.deadline))
        var last: any Error = Failure(.upstream, "name_not_found", retryable: true)
        for step in 0..<list.count {
            let share = deadline.nanoseconds(since: loop.now) / UInt64(list.count - step)
            let by = min(request.deadline, loop.now + .nanoseconds(Int64(clamping: share)))
            do {
                let stream = try await Stream.connect(to: list[step], on: loop, deadline: by) { try request.ride($0) }
                book.reached(step)
                return stream
            } catch {
                request.stream = nil
                if request.isCancelled { throw error }
                last = error
            }
        }
        book.forget()
        throw last
    }

    /// Takes back a connection whose reply was read to its end.
    func checkIn(_ connection: UpstreamConnection) {
        guard !isRetired, !connection.isStream, connection.wire.stream.isQuiet, connection.wire.input.isEmpty else {
            return discard(connection)
        }
        connection.wire.stream.deadline = .never
        connection.isReused = true
        connection.isIdle = true
        connection.idleSince = loop.now
        connection.wire.rest(keep: Wire.restBytes)
        connection.piece.bytes.clear()
        connection.piece.bytes.shrink(keep: Wire.restBytes)
        idle.append(connection)
        gauges.becameIdle()
        startSweep()
        wakeWaiter()
    }

    /// Closes a connection that cannot be used again.
    func discard(_ connection: UpstreamConnection) { discard(connection, wakes: true) }

    /// - Parameter wakes: false where whoever closes it goes on to use its place.
    private func discard(_ connection: UpstreamConnection, wakes: Bool) {
        connection.wire.close()
        leave(connection.isStream, wakes: wakes)
    }

    /// Closes what is idle and keeps nothing from now on: the configuration that made this pool is no longer used.
    func retire() {
        isRetired = true
        for connection in idle {
            gauges.becameBusy()
            discard(connection)
        }
        idle.removeAll()
        if let sweep { loop.cancel(sweep) }
        sweep = nil
    }

    private func leave(_ isStream: Bool, wakes: Bool = true) {
        gauges.closed()
        if isStream { return }
        open -= 1
        if wakes { wakeWaiter() }
    }

    private func dropIdle(_ connection: UpstreamConnection, wakes: Bool = true) {
        guard let at = idle.firstIndex(where: { $0 === connection }) else { return }
        idle.remove(at: at)
        connection.isIdle = false
        gauges.becameBusy()
        discard(connection, wakes: wakes)
    }

    private func startSweep() {
        if sweep != nil { return }
        let timer = Timer { [unowned self] now in sweepIdle(now) }
        sweep = timer
        loop.schedule(timer, at: loop.now + target.idleTimeout)
    }

    private func sweepIdle(_ now: Instant) {
        sweep = nil
        for connection in idle where connection.idleSince + target.idleTimeout <= now { dropIdle(connection) }
        if !idle.isEmpty { startSweep() }
    }

    // MARK: Waiting for room

    private func waitForRoom(_ request: OutboundRequest) async throws {
        guard waiters.count < Limits.upstreamWaitersMax else {
            gauges.queueFull()
            throw Failure(.louver, "upstream_queue_full", retryable: true)
        }
        let wait = Wait(until: request.deadline, or: "pool_timeout", on: loop)
        waiters.append(wait)
        gauges.waits(1)
        defer { gauges.waits(-1) }
        do { try await request.hold(wait) } catch {
            waiters.removeAll { $0 === wait }
            throw error
        }
        promised -= 1
        if request.isCancelled { wakeWaiter() }
        try request.checkCancellation()
    }

    /// Gives a place that has become free to who has waited longest.
    private func wakeWaiter() {
        while !waiters.isEmpty {
            guard waiters.removeFirst().resume() else { continue }
            promised += 1
            return
        }
    }
}
