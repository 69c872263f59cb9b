import Core
import RateLimit
import Redis
import TestSupport

/// A random policy and random calls, from a seed.
struct Schedule {
    var generator: SeededGenerator
    var rules: [BucketRule]
    /// Admitted calls that have not come to their end.
    var running: [(request: LimitRequest, hold: LimitHold)] = []

    static let allParts: [KeyPart] = [
        [], .principal, [.principal, .tool], .client, .group, [.tool, .dag], [.upstream, .route], .dag, [.principal, .arguments],
    ]

    /// - Parameters:
    ///   - periods: the spans rates are drawn from.
    ///   - windows: the spans budgets are drawn from; none where they cannot be told in the time of a test.
    init(seed: UInt64, periods: [Duration], windows: [Duration] = []) throws {
        var generator = SeededGenerator(seed: seed)
        var rules: [BucketRule] = []
        for index in 0..<Int.random(in: 1...6, using: &generator) {
            let burst = Int.random(in: 1...7, using: &generator)
            let globs = [[], [Glob(Array("get_*".utf8))], [Glob(Array("get_log".utf8)), Glob(Array("x".utf8))]]
            var terms = BucketTerms()
            terms.tools = globs.randomElement(using: &generator) ?? []
            terms.isShadow = Int.random(in: 0..<6, using: &generator) == 0
            var filling = BucketFilling.rate(
                count: Int.random(in: 1...40, using: &generator), period: periods.randomElement(using: &generator) ?? .seconds(1),
                burst: burst)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: filling = .cap(count: burst)
            case 1:
                if let window = windows.randomElement(using: &generator) { filling = .budget(count: burst, window: window) }
            default: break
            }
            if case .cap = filling {
            } else if Int.random(in: 0..<6, using: &generator) == 0 {
                terms.unit = .replyBytes
            } else {
                terms.cost = Int.random(in: 1...burst, using: &generator)
                if Bool.random(using: &generator) {
                    terms.costs = [ToolCost(tool: Glob(Array("get_d*".utf8)), cost: Int.random(in: 1...burst, using: &generator))]
                }
            }
            rules.append(
                try BucketRule(
                    scope: Array("p".utf8), id: Array("r\(index)".utf8), per: Self.allParts.randomElement(using: &generator) ?? [], filling,
                    terms))
        }
        self.rules = rules
        self.generator = generator
    }

    mutating func call() -> LimitRequest {
        func pick(_ names: [String]) -> [UInt8] { Array((names.randomElement(using: &generator) ?? "").utf8) }
        return LimitRequest(
            principal: pick(["alice", "bob", "carol"]), client: pick(["ide", "cli"]), group: pick(["analysts", "ops"]),
            tool: pick(["get_log", "get_dag", "list_dags", "x"]), upstream: pick(["a", "b"]), route: pick(["r"]),
            dag: pick(["", "d1", "d2"]), arguments: pick(["", "{}"]))
    }

    /// A running call that ends now, now and then.
    mutating func ending() -> (request: LimitRequest, hold: LimitHold, bytes: Int)? {
        guard !running.isEmpty, Int.random(in: 0..<3, using: &generator) == 0 else { return nil }
        let call = running.remove(at: Int.random(in: 0..<running.count, using: &generator))
        return (call.request, call.hold, Int.random(in: 0...9, using: &generator))
    }
}

extension LimitVerdict {
    var isAdmitted: Bool {
        if case .admitted = self { return true }
        return false
    }

    var standing: LimitStanding? {
        switch self {
        case .admitted(let standing): standing
        case .denied(let standing): standing
        case .storeLost: nil
        }
    }
}

extension RedisLimiter {
    /// Writes the debit of a ticket as a call does, or several calls alike.
    func write(
        _ rules: [BucketRule], _ request: LimitRequest, _ ticket: LimitTicket, calls: Int = 1, holder: UInt64, sendsScript: Bool = false,
        into out: inout ByteBuffer
    ) {
        var debits: [BucketDebit] = []
        price(rules, request, ticket, into: &debits)
        write(debits, calls: calls, holder: holder, sendsScript: sendsScript, into: &out)
    }

    /// Whether several calls alike may be written as one.
    func isShareable(_ rules: [BucketRule], _ request: LimitRequest, _ ticket: LimitTicket) -> Bool {
        var debits: [BucketDebit] = []
        price(rules, request, ticket, into: &debits)
        return debits.allSatisfy(\.isShareable)
    }
}

/// Calls of tests that hold nothing.
extension RedisLimiter {
    func write(_ rules: [BucketRule], _ request: LimitRequest, sendsScript: Bool = false, into out: inout ByteBuffer) -> LimitTicket? {
        let ticket = LimitTicket(rules, request)
        guard ticket.count > 0 else { return nil }
        write(rules, request, ticket, holder: 7, sendsScript: sendsScript, into: &out)
        return ticket
    }

    func read(_ reply: RedisReply, _ ticket: LimitTicket, _ rules: [BucketRule], _ request: LimitRequest) -> LimitReply {
        var hold = LimitHold()
        return read(reply, ticket, rules, request, hold: &hold)
    }

    func read(
        _ reply: RedisReply, _ ticket: LimitTicket, _ rules: [BucketRule], _ request: LimitRequest, call: Int = 0, of calls: Int = 1,
        hold: inout LimitHold
    ) -> LimitReply {
        let reader = RedisReplyReader()
        reader.feed(Array(reply.text.utf8).span)
        guard (try? reader.advance()) == true else { return .failed(.other) }
        return read(reader.tape, ticket, rules, request, call: call, of: calls, hold: &hold)
    }
}

extension RedisReply {
    /// As a server sends it; its texts are ASCII.
    var text: String {
        switch self {
        case .status(let bytes): "+\(String(decoding: bytes, as: UTF8.self))\r\n"
        case .error(let bytes): "-\(String(decoding: bytes, as: UTF8.self))\r\n"
        case .integer(let number): ":\(number)\r\n"
        case .bulk(let bytes): "$\(bytes.count)\r\n\(String(decoding: bytes, as: UTF8.self))\r\n"
        case .null: "$-1\r\n"
        case .array(let items): "*\(items.count)\r\n" + items.map(\.text).joined()
        }
    }
}
