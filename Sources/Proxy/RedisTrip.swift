import Core
import RateLimit
import Redis

/// One call's question to the shared store, and what the reply makes of it. Used again for other calls, so that a question allocates
/// nothing.
final class RedisTrip: RedisErrand {
    private let codec: RedisLimiter
    private var redis: RedisStore
    private(set) var rules: [BucketRule] = []
    private(set) var request = LimitRequest(principal: [])
    private(set) var ticket = LimitTicket()
    /// What the call has to settle in the end.
    private(set) var hold = LimitHold()
    /// What it draws.
    private var debits: [BucketDebit] = []
    private var isShareable = false
    /// Whether the text of the script goes along.
    var sendsScript = false
    /// What the reply amounts to.
    private(set) var answer = LimitReply.failed(.other)
    /// The text of an error, which may say where else to ask.
    private(set) var redirection: [UInt8]?
    /// How many calls' tokens the reply brought, by the index of a leased rule.
    private(set) var leases: [(rule: Int, calls: Int)] = []

    init(_ codec: RedisLimiter, _ redis: RedisStore) {
        self.codec = codec
        self.redis = redis
    }

    /// Begins with another call.
    func begin(_ redis: RedisStore, _ rules: [BucketRule], _ request: LimitRequest, _ ticket: LimitTicket, _ hold: LimitHold) {
        self.redis = redis
        self.rules = rules
        self.request = request
        self.ticket = ticket
        self.hold = hold
        codec.price(rules, request, ticket, into: &debits)
        isShareable = debits.allSatisfy(\.isShareable)
        sendsScript = false
        answer = .failed(.other)
        isSent = false
        isAsking = false
        redirection = nil
        leases.removeAll(keepingCapacity: true)
    }

    override func write(calls: Int, into out: inout ByteBuffer) {
        codec.write(debits, calls: calls, holder: hold.holder, sendsScript: sendsScript, into: &out)
    }

    override func isLike(_ other: RedisErrand) -> Bool {
        guard isShareable, let other = other as? RedisTrip else { return false }
        return debits == other.debits && isAsking == other.isAsking && sendsScript == other.sendsScript
    }

    override func arrived(_ reply: ReplyTape, call: Int, of calls: Int) {
        redirection = reply.error
        answer = codec.read(reply, ticket, rules, request, call: call, of: calls, hold: &hold)
        guard case .verdict(.admitted) = answer else { return }
        let tool = request.tool
        ticket.forEach { index in
            guard rules[index].lease > 1, !rules[index].isShadow else { return }
            leases.append((index, codec.leased(reply, ticket, index, rules[index], of: tool.span)))
        }
    }

    /// The call has been decided without the store, so what it drew there goes back.
    override func arrivedLate(_ reply: ReplyTape, call: Int, of calls: Int) {
        arrived(reply, call: call, of: calls)
        guard case .verdict(.admitted) = answer else { return }
        codec.writeRefund(rules, request, ticket, leased: leases, holder: hold.holder) { slot, command in
            _ = redis.post(command, slot: slot)
        }
    }
}
