import Audit
import Configuration
import Core
import HTTP
import MCP
import Policy
import RateLimit
import Reactor
import Redaction
import TLS
import Telemetry

/// Everything that lives on one loop: its listeners, its connections, and what it made of the configuration in force.
final class Worker {
    let loop: EventLoop
    let shard: Shard
    let calls: CallRegistry
    let log: Log
    /// The last calls of everybody, for the repeat guard.
    let repeats: RepeatGuard
    /// What new exchanges run under. An exchange that has begun keeps the site it began with.
    private(set) var site: Site
    var upstreamIDs: UpstreamIDSource
    private(set) var isDraining = false
    private let shared: SharedState
    private var listeners: [Listener] = []
    /// The newest TLS context of each address, kept over a reload that no longer names it.
    private var contexts: [Endpoint: TLSContext] = [:]
    private var connections: [ObjectIdentifier: DownstreamConnection] = [:]
    private var date = DateField()
    let access: AccessLog
    /// What both logs say of the exchange that ends now.
    private var words = ByteBuffer()
    /// Where audit lines go; nil where none are written.
    let audit: AuditOutlet?
    private var scrubbings: [Scrubbing] = []
    /// What counts exchanges that were meant for no endpoint.
    let strays: RouteCounters
    private var traceIDs: TraceIDs
    private var spans = ByteBuffer()
    private var spanCount = 0
    /// Connections that are being told to come back later.
    private var shedding = 0
    private var countedBusy: UInt64 = 0
    private var timing = 0
    private var counted = BoundsCounted()
    private let keyWaiters: WaitingRoom
    private var keysAskedFor: Set<KeySource.Identity> = []
    private var holder: UInt64
    private var wallClock = WallTime(nanoseconds: 0)
    private var wallRead = Instant.never

    init(_ snapshot: Snapshot, shared: SharedState, loop: EventLoop, number: Int) {
        self.loop = loop
        self.shared = shared
        shard = shared.registry.makeShard(loop: number)
        calls = shared.calls
        log = shared.log
        repeats = shared.repeats
        holder = shared.instanceSeed()
        access = AccessLog(writer: shared.accessWriter)
        audit = shared.audit.map { AuditOutlet($0) }
        strays = RouteCounters(Array("none".utf8), tools: nil, registry: shared.registry, shard: shard)
        keyWaiters = WaitingRoom(loop: loop, capacity: Limits.keyWaitersMax)
        traceIDs = TraceIDs(seed: shared.instanceSeed())
        upstreamIDs = UpstreamIDSource(instance: shared.instanceSeed())
        site = Site(snapshot, shared: shared, shard: shard, auditLog: audit?.log, loop: loop)
        loop.atEndOfTurn { [self] in endTurn() }
    }

    /// The civil time, read once a turn of the loop: precise enough for tokens and log lines.
    var wallTime: WallTime {
        if wallRead != loop.now { (wallClock, wallRead) = (.now(), loop.now) }
        return wallClock
    }

    /// Connections open now.
    var connectionCount: Int { connections.count }

    private func endTurn() {
        site.limiter.flush()
        access.flush()
        audit?.log.flush()
        if spanCount > 0 { flushSpans() }
        shard.add(.loopTurns)
        // The turn that ended before the last wait: this one's length is not known yet.
        let busy = loop.busyNanoseconds - countedBusy
        countedBusy = loop.busyNanoseconds
        shard.add(.loopBusyNanoseconds, Int(busy))
        shard.observe(.loopLag, nanoseconds: busy)
        counted.count(site, on: shard)
    }

    // MARK: Listening

    /// Listens on one address, or on the socket that is shared for it. Throws when it cannot be bound.
    func listen(_ address: SocketAddress, sharing shared: Int32?, as endpoint: Endpoint, isSecure: Bool) throws {
        // A few more are taken, only to be told to come back later.
        let hasRoom = { [unowned self] in connections.count + shedding < site.connectionsMax + Limits.shedConnectionsMax }
        let trouble = { [unowned self] (trouble: Listener.Trouble) in
            shard.add(.boundHits, trouble == .full ? "connections" : "descriptors")
            log.event(.warn, "accept_paused", .word("cause", trouble == .full ? "connection limit reached" : "no descriptor free"))
        }
        let accepted = { [unowned self] (stream: Stream) in begin(stream, endpoint, isSecure) }
        let listener =
            if let shared {
                try Listener(sharing: shared, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted)
            } else {
                try Listener(address, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted)
            }
        listeners.append(listener)
    }

    private func begin(_ stream: Stream, _ endpoint: Endpoint, _ isSecure: Bool) {
        // What was bound at start stays as it was bound: a listener never turns from TLS to plain text under its clients.
        if let context = site.listenerContexts[endpoint] { contexts[endpoint] = context }
        let context = isSecure ? contexts[endpoint] : nil
        guard !isSecure || context != nil, let connection = try? DownstreamConnection(stream, tls: context, worker: self) else {
            shard.add(.connectionsShed)
            return
        }
        if connections.count >= site.connectionsMax { return shed(connection) }
        connections[ObjectIdentifier(connection)] = connection
        shard.adjust(.clientConnections, by: 1)
        shard.add(.connectionsAccepted)
        LocalTask.run(on: loop) {
            await connection.serve()
            self.connections[ObjectIdentifier(connection)] = nil
            self.shard.adjust(.clientConnections, by: -1)
        }
    }

    /// Tells a client that there is no room, and ends its connection. One that speaks TLS is closed: a handshake costs more than a call.
    private func shed(_ connection: DownstreamConnection) {
        shard.add(.connectionsShed)
        shard.add(.boundHits, "connections")
        shedding += 1
        LocalTask.run(on: loop) {
            await connection.turnAway()
            self.shedding -= 1
        }
    }

    /// Descriptors of its listening sockets, for whoever takes over.
    func listeningSockets() -> [Int32] { listeners.map { $0.duplicate() }.filter { $0 >= 0 } }

    // MARK: Reload and drain

    /// Puts a new configuration in force for the exchanges that begin from now on.
    func install(_ snapshot: Snapshot) {
        let old = site
        scrubbings.removeAll()
        site = Site(snapshot, shared: shared, shard: shard, auditLog: audit?.log, loop: loop, before: old)
        old.retire(for: site)
    }

    /// Stops listening and lets what runs come to its end.
    ///
    /// - Parameter gently: lets connections that wait for a request have one more, because somebody else serves the next one.
    func drain(gently: Bool = false) {
        isDraining = true
        for listener in listeners { listener.close() }
        listeners.removeAll()
        for connection in connections.values { connection.drain(gently: gently) }
    }

    /// Ends what did not come to its end in time.
    func abandon() {
        for connection in connections.values { connection.wire.stream.fail(Failure(.louver, "drain_timeout")) }
    }

    /// The id a message carries upstream: the client's own on the modern wire, where each request has a reply to itself, else one that is
    /// unique in the world. Unique also where the upstream may keep the id beside others: subscriptions, and requests that want progress.
    func upstreamID(for message: Message) -> UpstreamID {
        if let inbound = message.inbound, inbound.era == .modern, inbound.method != .listen, inbound.progressToken == nil,
            let id = inbound.requestID,
            let passing = UpstreamID(passing: id)
        {
            return passing
        }
        return upstreamIDs.next()
    }

    /// A name, unique in the world, under which a call holds caps.
    func nextHolder() -> UInt64 {
        holder &+= 1
        return holder
    }

    // MARK: What exchanges report

    func exchangeBegan() { shard.adjust(.activeExchanges, by: 1) }

    func exchangeEnded() { shard.adjust(.activeExchanges, by: -1) }

    /// Whether the phases of the next exchange are timed.
    func timesNext() -> Bool {
        timing &+= 1
        return timing % Limits.phaseSampleEvery == 1
    }

    /// Counts a head that could not be understood, as an exchange that was refused.
    func headRefused(_ connection: DownstreamConnection, _ fault: HTTPFailure) {
        shard.add(.refusals, fault.reason)
        strays.count(.other, .refused)
        guard writesAccess else { return }
        var words = ExchangeWords(.refused)
        words.reason = fault.reason
        words.status = fault.status
        words.bytesIn = connection.wire.bytesIn
        write(words, from: connection)
    }

    /// Counts a connection that ended in a TLS handshake or in the middle of a head. One on which nothing came leaves no line: health
    /// checks only connect.
    func connectionFailed(_ connection: DownstreamConnection, _ error: any Error) {
        guard let failure = error as? Failure, failure.origin == .downstream else { return }
        let wire = connection.wire
        let isHandshake = wire.tls != nil && !wire.isGreeted
        if isHandshake { shard.add(.tlsFailed) }
        shard.add(.connectionFailures, failure.reason)
        guard writesAccess, wire.bytesIn > 0 || isHandshake && wire.sealedBytesIn > 0 else { return }
        var words = ExchangeWords(isHandshake ? .refused : .cancelled)
        words.reason = failure.reason
        words.bytesIn = wire.bytesIn
        write(words, from: connection)
    }

    /// An exchange was decided without the store. Coming and going of the store itself is told by its links.
    func storeLost(_ reason: StaticString) {
        shard.add(.storeLost)
        if reason.spells("store_busy") { shard.add(.boundHits, "redis_pipeline") }
    }

    /// Counts what a scrubber removed, by kind, and what it let pass.
    func count(_ report: RedactionReport) {
        if !report.isUnchanged { shard.add(.repliesRedacted) }
        for entry in report.allowed { shared.count(.allowances, [Array(entry.kind.utf8)], entry.count, on: shard) }
        for entry in report.told { shared.count(.redactions, [Array(entry.kind.utf8)], entry.count, on: shard) }
    }

    /// Learned values are in memory that may be swapped out: counted, and told once.
    func noteUnlocked(_ count: Int) {
        shard.add(.secretsUnlocked, count)
        shared.tellUnlocked()
    }

    /// Counts something that has a name from a loaded file: a rule, a bucket.
    func count(_ family: OpenFamily, _ label: [UInt8]) { shared.count(family, [label], 1, on: shard) }

    /// Counts a call that was over a limit.
    func countLimit(_ bucket: [UInt8], _ mode: StaticString) {
        shared.count(.limitDenials, [bucket, mode.withUTF8Buffer { [UInt8]($0) }], 1, on: shard)
    }

    /// Whether the process takes more memory than it may.
    var pressure: MemoryWatch.Pressure { shared.pressure }

    // MARK: Traces

    /// Goes on with a caller's trace; nil when the value is none.
    func continueTrace(_ value: Span<UInt8>) -> TraceContext? { TraceContext(continuing: value, &traceIDs) }

    /// Begins a trace, of which so many in a hundred are recorded.
    func beginTrace(percent: Int) -> TraceContext {
        let isSampled = traceIDs.takes(percent: percent)
        return TraceContext(beginning: &traceIDs, isSampled: isSampled)
    }

    /// The id of another span.
    func nextSpan() -> UInt64 { traceIDs.next() }

    /// Writes a span down; it is handed over at the end of the turn.
    func append(_ span: TraceSpan) {
        if spanCount > 0 { spans.append(",") }
        span.write(into: &spans)
        spanCount += 1
        if spans.readableCount >= Limits.accessBatchBytesMax { flushSpans() }
    }

    private func flushSpans() {
        shared.spans.append(spans.readable, count: spanCount)
        spans.clear()
        spanCount = 0
    }

    // MARK: Scrubbers

    /// What one message is rewritten with.
    func takeScrubbing(_ expectation: ReplyExpectation, for exchange: Exchange) -> Scrubbing {
        let engine = exchange.endpoint?.redaction ?? exchange.site.strangersRedaction
        let scrubbing: Scrubbing
        if exchange.site === site, let place = scrubbings.lastIndex(where: { $0.engine === engine }) {
            scrubbing = scrubbings.remove(at: place)
            scrubbing.begin(expectation)
        } else {
            scrubbing = Scrubbing(expectation, exchange.site, engine)
        }
        if engine.hasAllowances {
            let isCall = exchange.message?.target?.kind == .tool
            scrubbing.scrubber.allow(tool: isCall ? exchange.record.target : [], now: wallTime)
        }
        if let learned = exchange.caller?.learned { scrubbing.scrubber.learn(from: learned, now: loop.now) }
        return scrubbing
    }

    /// What the replies to a principal taught.
    func learned(by principal: [UInt8]) -> LearnedSecrets { shared.learned.secrets(of: principal) }

    /// Takes it back for another message.
    func giveBack(_ scrubbing: Scrubbing) {
        guard scrubbing.site === site else { return }
        // Of many policies those are kept ready that were used last.
        if scrubbings.count >= Limits.idleScrubbersMax { scrubbings.removeFirst() }
        scrubbings.append(scrubbing)
    }

    /// Whether access lines are wanted.
    var writesAccess: Bool { access.isOn }

    /// Lends a buffer for the words of one exchange.
    func tell(_ write: (inout ByteBuffer) -> Void) {
        var lent = ByteBuffer()
        swap(&lent, &words)
        write(&lent)
        lent.clear()
        swap(&lent, &words)
    }

    /// Writes the line of what never became an exchange.
    private func write(_ told: ExchangeWords, from connection: DownstreamConnection) {
        let (none, peer): ([UInt8], [UInt8]) = ([], connection.peerText)
        tell { words in
            told.write(object: none.span, rule: none.span, shadows: [], into: &words)
            access.append(AccessLine(time: wallTime), principal: none.span, client: none.span, peer: peer.span, words: words.readable)
        }
    }

    /// The `Date` field of an answer.
    func dateField() -> [UInt8] { date.line(wallTime) }

    // MARK: Keys of issuers

    /// Takes the keys that were fetched, and lets those go on who waited for them.
    func keysFetched() {
        site.renewKeys(shared.issuerKeys)
        keysAskedFor.removeAll()
        keyWaiters.wakeAll()
    }

    /// Waits until the keys of an issuer were fetched once more, or until there is no use in waiting. False when too many wait already.
    func awaitKeys(of source: KeySource.Identity) async -> Bool {
        if keysAskedFor.insert(source).inserted { shared.issuerKeys.ask(source) }
        if await keyWaiters.wait(until: loop.now + Limits.keyWaitMax) { return true }
        shard.add(.boundHits, "key_waiters")
        return false
    }

    // MARK: Strangers

    /// Refuses an address that has failed to authenticate too often, before another signature is checked for it.
    func checkStrangers(_ connection: DownstreamConnection) throws {
        if let wait = site.admission.mayAuthenticate(address: connection.addressKey.span, now: loop.now) {
            throw Refusal.shed(retryAfter: wait, nil)
        }
    }

    func strangerFailed(_ connection: DownstreamConnection) {
        site.admission.recordFailure(address: connection.addressKey.span, now: loop.now)
    }
}
