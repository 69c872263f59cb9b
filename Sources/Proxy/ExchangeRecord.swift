import Core
import Telemetry

/// What is known of an exchange when it ends: the source of its access line and its metrics. Not copyable: it lives in its exchange.
struct ExchangeRecord: ~Copyable {
    let started: Instant
    var method: StaticString = ""
    var methodClass = MethodClass.other
    var era: StaticString = ""
    var target: [UInt8] = []
    var route = ""
    var principal: [UInt8] = []
    var client: [UInt8] = []
    var outcome = Outcome.answered
    var rule: [UInt8] = []
    /// Rules that matched and only count.
    var shadows: [[UInt8]] = []
    var reason: StaticString = ""
    /// The reissue mode, where it is one that must not go unseen.
    var reissue: StaticString = ""
    /// What the operator may read beside the reason; never payload.
    var detail = ""
    var status = 0
    var upstreamStatus = 0
    var upstreamNanoseconds: UInt64 = 0
    var redactions = 0
    /// The same by kind, where an audit line will tell it.
    var removed: [(kind: String, count: Int)] = []
    /// Findings that passed by an entry of `allow`.
    var allowed = 0
    /// The same by detector, where an audit line will tell it.
    var passed: [(detector: String, count: Int)] = []
    /// Whether it was let through, or limited, by what is said for the time when the shared store of limits is lost.
    var isStoreLost = false
    /// The bucket that was empty.
    var bucket: [UInt8] = []
    /// Whether the policy allowed it.
    var isPermitted = false
    /// Louver's own id of the exchange.
    var id: UInt64 = 0
    /// Entries of a list that the caller may not see.
    var hidden = 0
    var bytesIn = 0
    var bytesOut = 0

    /// Whether its phases are timed: each costs a look at the clock, so a few stand for all.
    let isTimed: Bool
    private(set) var times = PhaseTimes()
    private var phase = Phase.receive
    private var phaseBegan: Instant

    init(started: Instant, isTimed: Bool) {
        self.started = started
        self.isTimed = isTimed
        phaseBegan = started
    }

    /// Begins a phase, which ends the one before.
    mutating func enter(_ next: Phase) {
        guard isTimed else { return }
        let now = Instant.now()
        times.add(phase, nanoseconds: now.nanoseconds(since: phaseBegan))
        phase = next
        phaseBegan = now
    }

    /// Ends the last phase.
    mutating func finish(_ now: Instant) {
        if isTimed { times.add(phase, nanoseconds: now.nanoseconds(since: phaseBegan)) }
    }

    /// When a piece of rewriting begins; nil where nothing is timed.
    var scrubBegin: Instant? { isTimed ? .now() : nil }

    /// Ends a piece of rewriting.
    mutating func scrubbed(since began: Instant?) {
        if let began { times.add(.scrub, nanoseconds: Instant.now().nanoseconds(since: began)) }
    }

    /// Whether logs may show what was asked for as it is, as far as that is known already.
    func isTargetClean(by names: ShownNames) -> Bool { names.isClean(target.span) }

    /// Writes what both logs tell. `scrubbed` is what was asked for by name, as logs may show it; nil where they may show it as it is.
    func writeWords(ofScrubbed scrubbed: [UInt8]?, _ trace: TraceContext?, into out: inout ByteBuffer) {
        var words = ExchangeWords(outcome)
        words.era = era
        words.method = method
        words.reason = reason
        words.isStoreLost = isStoreLost
        words.status = status
        words.upstreamStatus = upstreamStatus
        words.bytesIn = bytesIn
        words.bytesOut = bytesOut
        words.trace = trace
        if let scrubbed {
            words.write(object: scrubbed.span, rule: rule.span, shadows: shadows, into: &out)
        } else {
            words.write(object: target.span, rule: rule.span, shadows: shadows, into: &out)
        }
    }

    /// Writes the line of the access log. `peer` is where a connection came from, `words` what `writeWords` wrote.
    func writeAccess(to log: AccessLog, took: UInt64, at time: WallTime, peer: [UInt8], words: Span<UInt8>) {
        var line = AccessLine(time: time)
        line.id = id
        line.redactions = redactions
        line.allowed = allowed
        line.reissue = reissue
        line.total = took
        if isTimed { line.phases = times }
        log.append(line, principal: principal.span, client: client.span, peer: peer.span, words: words)
    }
}
