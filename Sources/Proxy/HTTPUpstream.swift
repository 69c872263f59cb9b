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
    private var waiters: [Waiter] = []
    private var addresses: [SocketAddress] = []
    private var addressesUntil = Instant(nanoseconds: 0)
    private var nextAddress = 0
    private var sweep: Timer?
    private let postPrefix: [UInt8]
    private let getPrefix: [UInt8]
    private let deletePrefix: [UInt8]
    private(set) var isRetired = false

    private final class Waiter {
        var continuation: UnsafeContinuation<Void, any Error>?
        var timer: Timer?
    }

    init(_ target: UpstreamTarget, loop: EventLoop, gauges: UpstreamGauges) {
        self.target = target
        self.loop = loop
        self.gauges = gauges
        postPrefix = target.headPrefix("POST")
        getPrefix = target.headPrefix("GET")
        deletePrefix = target.headPrefix("DELETE")
    }

    deinit { if let sweep { loop.cancel(sweep) } }

    // MARK: Sending

    func send(_ request: OutboundRequest) async throws -> any UpstreamReply {
        var isRepeat = false
        while true {
            let connection = try await checkOut(request.deadline, fresh: isRepeat)
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
        guard let failure = error as? Failure else { return false }
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

    private func checkOut(_ deadline: Instant, fresh: Bool) async throws -> UpstreamConnection {
        while true {
            while !fresh, let connection = idle.popLast() {
                connection.isIdle = false
                if connection.wire.stream.isQuiet {
                    gauges.becameBusy()
                    gauges.reused()
                    return connection
                }
                discard(connection)
            }
            if open < target.connectionsMax { return try await connect(deadline) }
            try await waitForRoom(deadline)
        }
    }

    private func connect(_ deadline: Instant) async throws -> UpstreamConnection {
        open += 1
        gauges.opened()
        do {
            let by = min(deadline, loop.now + target.connectTimeout)
            let stream = try await dial(by)
            let connection = UpstreamConnection(
                Wire(stream, tls: try target.tls.map { try TLSSession(client: $0, serverName: target.serverName) }))
            stream.deadlineReason = "connect_timeout"
            stream.deadline = by
            try await connection.wire.handshake()
            // The stream is the connection's own and tells nothing after it was closed; an idle connection is the pool's own.
            stream.onHangup = { [unowned self, unowned connection] in
                if connection.isIdle { dropIdle(connection) }
            }
            return connection
        } catch {
            leave()
            throw error
        }
    }

    /// Tries the upstream's addresses in turn, starting after the one that was used last.
    private func dial(_ deadline: Instant) async throws -> Stream {
        if addresses.isEmpty || loop.now >= addressesUntil {
            addresses = try await Resolver.addresses(of: target.host, port: target.port, on: loop)
            addressesUntil = loop.now + .seconds(30)
        }
        let list = addresses
        var last: any Error = Failure(.upstream, "name_not_found", retryable: true)
        for step in 0..<list.count {
            do {
                let stream = try await Stream.connect(to: list[(nextAddress + step) % list.count], on: loop, deadline: deadline)
                nextAddress = (nextAddress + step) % list.count
                return stream
            } catch { last = error }
        }
        addressesUntil = Instant(nanoseconds: 0)
        throw last
    }

    /// Takes back a connection whose reply was read to its end.
    func checkIn(_ connection: UpstreamConnection) {
        guard !isRetired, connection.wire.stream.isQuiet, connection.wire.input.isEmpty else { return discard(connection) }
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
    func discard(_ connection: UpstreamConnection) {
        connection.wire.close()
        leave()
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

    private func leave() {
        open -= 1
        gauges.closed()
        wakeWaiter()
    }

    private func dropIdle(_ connection: UpstreamConnection) {
        guard let at = idle.firstIndex(where: { $0 === connection }) else { return }
        idle.remove(at: at)
        gauges.becameBusy()
        discard(connection)
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

    private func waitForRoom(_ deadline: Instant) async throws {
        guard waiters.count < Limits.upstreamWaitersMax else { throw Failure(.louver, "upstream_queue_full", retryable: true) }
        let waiter = Waiter()
        waiters.append(waiter)
        gauges.waits(1)
        defer { gauges.waits(-1) }
        try await withUnsafeThrowingContinuation { continuation in
            waiter.continuation = continuation
            let timer = Timer { [self] _ in
                guard let waiting = waiter.continuation else { return }
                waiter.continuation = nil
                waiters.removeAll { $0 === waiter }
                waiting.resume(throwing: Failure(.upstream, "pool_timeout", retryable: true))
            }
            waiter.timer = timer
            loop.schedule(timer, at: deadline)
        }
    }

    private func wakeWaiter() {
        while !waiters.isEmpty {
            let waiter = waiters.removeFirst()
            if let timer = waiter.timer { loop.cancel(timer) }
            waiter.timer = nil
            if let waiting = waiter.continuation {
                waiter.continuation = nil
                waiting.resume()
                return
            }
        }
    }
}
