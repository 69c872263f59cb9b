import Core
import Telemetry
import Testing

@testable import Proxy

@Suite struct RouteCountersTests {
    private let registry = Registry()

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func calls(_ tool: String, _ outcome: String = "answered") -> Int {
        registry.value(registry.register(.toolCalls, bytes("/mcp"), bytes(tool), bytes(outcome)))
    }

    @Test func toolsOfTheUpstreamAreToldApartAndOthersFold() {
        let tools = ToolNames()
        let counters = RouteCounters(bytes("/mcp"), tools: tools, registry: registry, shard: registry.makeShard())
        _ = counters.countCall(bytes("list_dags"), .answered)
        #expect(calls("other") == 1)
        counters.learn(bytes("list_dags"))
        _ = counters.countCall(bytes("list_dags"), .answered)
        #expect(counters.countCall(bytes("list_dags"), .denied))
        #expect(!counters.countCall(bytes("made_up"), .denied))
        #expect((calls("list_dags"), calls("list_dags", "denied")) == (1, 1))
        #expect((calls("other"), calls("other", "denied")) == (1, 1))
    }

    @Test func aListLearnedOnOneLoopCountsOnAll() {
        let tools = ToolNames()
        let first = RouteCounters(bytes("/mcp"), tools: tools, registry: registry, shard: registry.makeShard())
        let second = RouteCounters(bytes("/mcp"), tools: tools, registry: registry, shard: registry.makeShard())
        first.learn(bytes("list_dags"))
        #expect(second.countCall(bytes("list_dags"), .answered))
        #expect(calls("list_dags") == 1)
    }

    @Test func aHostileListDoesNotGrowTheNames() {
        let tools = ToolNames()
        let counters = RouteCounters(bytes("/mcp"), tools: tools, registry: registry, shard: registry.makeShard())
        for number in 0..<Limits.toolNamesMax + 50 { counters.learn(bytes("tool_\(number)")) }
        #expect(tools.knows(bytes("tool_0")) && !tools.knows(bytes("tool_\(Limits.toolNamesMax)")))
        counters.learn([UInt8](repeating: 0x61, count: Limits.toolNameBytesMax + 1))
        #expect(!tools.knows([UInt8](repeating: 0x61, count: Limits.toolNameBytesMax + 1)))
        counters.learn(bytes("tool_0"))
        #expect(registry.value(registry.register(.boundHits, bytes("tool_names"))) == 51)
    }

    @Test func exchangesAndPermitsAreCountedByName() {
        let counters = RouteCounters(bytes("/mcp"), tools: nil, registry: registry, shard: registry.makeShard())
        for _ in 0..<3 { counters.count(.call, .answered) }
        counters.count(.list, .answered)
        #expect(registry.value(registry.register(.exchanges, bytes("/mcp"), bytes("call"), bytes("answered"))) == 3)
        for rule in ["a", "b", "a", "a"] { counters.countPermit(bytes(rule)) }
        #expect(registry.value(registry.register(.permits, bytes("a"))) == 3)
        #expect(registry.value(registry.register(.permits, bytes("b"))) == 1)
    }
}
