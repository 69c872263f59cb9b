import Core
import RateLimit
import TestSupport

/// A random policy and random calls, from a seed.
struct Schedule {
    var generator: SeededGenerator
    var rules: [BucketRule]

    static let allParts: [KeyPart] = [[], .principal, [.principal, .tool], .client, .group, [.tool, .dag], [.upstream, .route], .dag]

    /// - Parameter periods: the spans rates are drawn from.
    init(seed: UInt64, periods: [Duration]) throws {
        var generator = SeededGenerator(seed: seed)
        var rules: [BucketRule] = []
        for index in 0..<Int.random(in: 1...6, using: &generator) {
            let burst = Int.random(in: 1...7, using: &generator)
            let globs = [[], [Glob(Array("get_*".utf8))], [Glob(Array("get_log".utf8)), Glob(Array("x".utf8))]]
            rules.append(
                try BucketRule(
                    scope: Array("p".utf8), id: Array("r\(index)".utf8), per: Self.allParts.randomElement(using: &generator) ?? [],
                    count: Int.random(in: 1...40, using: &generator), period: periods.randomElement(using: &generator) ?? .seconds(1),
                    burst: burst, cost: Int.random(in: 1...burst, using: &generator), tools: globs.randomElement(using: &generator) ?? [],
                    isShadow: Int.random(in: 0..<6, using: &generator) == 0))
        }
        self.rules = rules
        self.generator = generator
    }

    mutating func call() -> LimitRequest {
        func pick(_ names: [String]) -> [UInt8] { Array((names.randomElement(using: &generator) ?? "").utf8) }
        return LimitRequest(
            principal: pick(["alice", "bob", "carol"]), client: pick(["ide", "cli"]), group: pick(["analysts", "ops"]),
            tool: pick(["get_log", "get_dag", "list_dags", "x"]), upstream: pick(["a", "b"]), route: pick(["r"]),
            dag: pick(["", "d1", "d2"]))
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
