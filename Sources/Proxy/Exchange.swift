import Configuration
import Core
import HTTP
import Identity
import MCP
import Policy
import RateLimit
import Reactor
import Telemetry

/// The life of one request, from its head to its audit line: the spine.
///
///     receive -> authenticate -> admit -> classify -> authorize -> throttle -> reissue -> forward -> scrub and deliver -> record
///
/// Each phase stands in a file of its own and either gives the next phase what it needs or throws why not; whatever is thrown becomes an
/// answer in one place, `refuse`. Nothing reaches the upstream without a `Permit`, which only the policy can make, and nothing of the
/// upstream reaches the client except through the scrubber.
///
/// What need not wait stands in functions that cannot, and those are not inlined into the ones that can: a task keeps the frames of what it
/// has been through, so a thousand silent streams would pay for every value of every phase before them.
final class Exchange {
    var head: RequestHead
    let connection: DownstreamConnection
    let site: Site
    let worker: Worker
    /// What the audit line, the metrics and the access log will tell.
    var record: ExchangeRecord
    /// What counts it: its route's counters once that is known.
    var counters: RouteCounters
    /// The endpoint it is for, once that is known.
    var endpoint: Route?
    /// The trace it belongs to; nil where there are none.
    var trace: TraceContext?
    /// Whether a header of the request named that trace.
    var isTraceGiven = false
    /// Bytes it holds, as far as they are counted.
    var heldBytes = 0
    /// Who calls, once that is known.
    var caller: Caller?
    /// What was asked, once that is known.
    var message: Inbound?
    /// What tells its arguments apart, once something wants to: those that the client gave, from which what a rule forces follows.
    private(set) lazy var argumentsDigest = ArgumentsDigest.of(message?.arguments)
    /// Whether the connection can carry another request after this one.
    var keepsAlive: Bool
    /// Whether body bytes may still be on their way: until they are read, the connection is out of step and cannot carry another request.
    var hasUnreadBody: Bool
    /// Where the body ends, or why nobody can say.
    let framing: Result<BodyFraming, HTTPFailure>
    /// The upstream's reply while it is being read, for a cancellation to reach.
    var reply: (any UpstreamReply)?

    /// What takes the reply to the client, where that may have to begin before the reply does.
    var lane: StreamedLane?
    /// Whether the client has closed its connection while the upstream was at work.
    var clientIsGone = false
    /// Whether the call runs on without its client.
    var isOrphan = false
    /// What was sent where, for answers to what the upstream asks meanwhile; nil until something is.
    var forwarding: Forwarding?
    /// Which arguments of the call its headers mirror; nil where no tool list has said so.
    var mirrored: ParameterHeaders?
    /// What the policy lets the upstream ask of the client.
    var features: ClientFeatures = []
    /// What the policy lets the caller do with tasks.
    var taskRights: TaskRights = []
    /// The task that is asked about.
    var task: TaskSeal.Task?
    /// What the server wants to get back with a retry, opened.
    var inputState: [UInt8]?
    /// The upstream's id of the question that the client answers.
    var answeredQuestion: RequestID?
    /// When it went.
    var upstreamBegan = Instant.never
    /// Whether the call may go out again with another credential.
    var mayReplaceCredential = false
    /// Whose keys its token needs, when they have to be fetched first.
    var keysMissing: KeySource.Identity?
    let bytesOutBefore: Int
    /// What the limits it passed want when it is over.
    var limitDebt: LimitDebt?
    /// Its place at an upstream that takes only so many calls at once.
    var gatePlace: GatePlace?
    /// Seconds after which the upstream wants to be asked again.
    var upstreamRetryAfter: Int?
    /// Where a cancellation from another connection finds this call.
    var registeredCall: CallRegistry.Entry?

    init(_ head: consuming RequestHead, on connection: DownstreamConnection) {
        framing = Self.framing(head)
        switch framing {
        case .success(.none), .success(.length(0)): hasUnreadBody = false
        default: hasUnreadBody = true
        }
        // Only the body of a POST is ever read. After any other one nobody knows where the next request begins.
        keepsAlive = head.keepsAlive && (head.method == .post || !hasUnreadBody)
        self.head = head
        self.connection = connection
        worker = connection.worker
        site = connection.worker.site
        counters = worker.strays
        record = ExchangeRecord(started: connection.loop.now, isTimed: worker.timesNext())
        bytesOutBefore = connection.wire.bytesOut
    }

    private static func framing(_ head: borrowing RequestHead) -> Result<BodyFraming, HTTPFailure> {
        do throws(HTTPFailure) { return .success(try BodyFraming.request(head)) } catch { return .failure(error) }
    }

    /// Runs the exchange to its end; true when the connection can serve another.
    func run() async -> Bool {
        worker.exchangeBegan()
        defer { worker.exchangeEnded() }
        do {
            try await pass()
        } catch {
            await refuse(error)
        }
        stopWatchingClient()
        reply?.finish()
        releaseHeld()
        lane = nil
        connection.outbound.lane = nil
        leaveGate()
        settleLimits()
        record.bytesIn = connection.takeBytesUsed()
        record.bytesOut = connection.wire.bytesOut - bytesOutBefore
        writeRecord()
        return keepsAlive
    }

    private func pass() async throws {
        let received = try receive()
        guard case .endpoint(let route, let verb) = received else { return try await answerAside(received) }
        try await carry(try await decide(verb, on: route))
    }

    /// The phases before anything is sent.
    @inline(never)
    private func decide(_ verb: EndpointVerb, on route: Route) async throws -> Forwarding {
        let caller: Caller
        if let known = try authenticate() { caller = known } else { caller = try await authenticateLater() }
        try admit(caller, on: route)
        let message = try await classify(verb, on: route, from: caller)
        let permit: Permit
        if let decided = try authorize(message, for: caller, on: route) {
            permit = decided
        } else {
            permit = try await authorizeByListing(message, for: caller, on: route)
        }
        try reopen(message, for: caller, on: route)
        if let (request, redis) = try throttle(message, for: caller, on: route) {
            try await throttle(message, request, in: redis, on: route)
        }
        let credential = try await obtainCredential(message, for: caller, on: route)
        return Forwarding(message, permit, credential, for: caller, on: route)
    }
}
