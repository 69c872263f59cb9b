import Core
import Telemetry

/// The counters of one route on one loop: found once, then each count is an index and an addition.
///
/// Tools get a series of their own when the upstream has named them in a list; whatever else a client calls is told as `other`.
final class RouteCounters {
    private let name: [UInt8]
    private let registry: Registry
    private let shard: Shard
    private let tools: ToolNames?
    private var exchanges: [CounterID?]
    private var calls: [[UInt8]: OutcomeCounters] = [:]
    private let otherCalls: OutcomeCounters
    /// Many calls are of the tool that was called before.
    private var lastCall: OutcomeCounters?
    private var permits: [[UInt8]: CounterID] = [:]
    /// Most calls of a route are allowed by the rule that allowed the one before.
    private var lastPermit: (rule: [UInt8], counter: CounterID)?

    init(_ name: [UInt8], tools: ToolNames?, registry: Registry, shard: Shard) {
        self.name = name
        self.tools = tools
        self.registry = registry
        self.shard = shard
        exchanges = Array(repeating: nil, count: MethodClass.allCases.count * Outcome.allCases.count)
        otherCalls = OutcomeCounters(route: name, tool: Array("other".utf8))
    }

    /// Counts an exchange that is over.
    func count(_ method: MethodClass, _ outcome: Outcome) {
        let at = method.rawValue * Outcome.allCases.count + outcome.rawValue
        if let known = exchanges[at] { return shard.add(known) }
        let fresh = registry.register(.exchanges, name, bytes(method.label), bytes(outcome.label))
        exchanges[at] = fresh
        shard.add(fresh)
    }

    /// Counts a call of a tool that is over; answers whether the upstream has told of the tool.
    func countCall(_ tool: [UInt8], _ outcome: Outcome) -> Bool {
        let counters = counters(of: tool)
        shard.add(counters.counter(outcome, registry))
        return counters !== otherCalls
    }

    /// Counts what a rule allowed.
    func countPermit(_ rule: [UInt8]) {
        if let lastPermit, lastPermit.rule == rule { return shard.add(lastPermit.counter) }
        let counter: CounterID
        if let known = permits[rule] {
            counter = known
        } else {
            counter = registry.register(.permits, rule)
            permits[rule] = counter
        }
        lastPermit = (rule, counter)
        shard.add(counter)
    }

    /// Notes a tool that the upstream offers.
    func learn(_ tool: [UInt8]) {
        if calls[tool] == nil, let tools, !tools.learn(tool) { shard.add(.boundHits, "tool_names") }
    }

    private func counters(of tool: [UInt8]) -> OutcomeCounters {
        if let known = calls[tool] { return known }
        guard !tool.isEmpty, let tools, tools.knows(tool) else { return otherCalls }
        let fresh = OutcomeCounters(route: name, tool: tool)
        calls[tool] = fresh
        return fresh
    }

    private func bytes(_ text: StaticString) -> [UInt8] { text.withUTF8Buffer { [UInt8]($0) } }

    /// The counters of one tool, by how its calls ended.
    private final class OutcomeCounters {
        private let route: [UInt8]
        private let tool: [UInt8]
        private var counters: [CounterID?] = Array(repeating: nil, count: Outcome.allCases.count)

        init(route: [UInt8], tool: [UInt8]) {
            self.route = route
            self.tool = tool
        }

        func counter(_ outcome: Outcome, _ registry: Registry) -> CounterID {
            if let known = counters[outcome.rawValue] { return known }
            let fresh = registry.register(.toolCalls, route, tool, outcome.label.withUTF8Buffer { [UInt8]($0) })
            counters[outcome.rawValue] = fresh
            return fresh
        }
    }
}
