import Core
import MCP
import Policy

/// What the lists of one upstream say of its tools, shared by all loops: asked for by Louver itself, and kept true by every list that
/// passes. Only filled where a policy needs it: for pins, and for tools of which no profile knows the arguments.
final class ToolCatalog: Sendable {
    private struct State {
        var tools: [[UInt8]: ListedTool] = [:]
        var asked: Instant?
        var told: Set<[UInt8]> = []
    }

    private let state = Lock(State())

    /// What the newest list says of a tool.
    func tool(_ name: [UInt8]) -> ListedTool? { state.withLock { $0.tools[name] } }

    /// Whether the upstream was asked within a time.
    func isYounger(than age: Duration, now: Instant) -> Bool {
        state.withLock { state in state.asked.map { now < $0 + age } ?? false }
    }

    /// Takes a whole list.
    func replace(_ definitions: [ToolDefinition], now: Instant) {
        var tools: [[UInt8]: ListedTool] = [:]
        for definition in definitions { tools[definition.name] = ListedTool(definition) }
        state.withLock { state in
            state.tools = tools
            state.asked = now
        }
    }

    /// Takes one entry of a list that passes.
    func note(_ definition: ToolDefinition) {
        state.withLock { state in
            guard state.tools[definition.name] != nil || state.tools.count < Limits.listEntriesMax else { return }
            state.tools[definition.name] = ListedTool(definition)
        }
    }

    /// Whether this definition is told as not accepted for the first time.
    func isNews(_ definition: ToolDefinition) -> Bool {
        state.withLock { $0.told.count < Limits.listEntriesMax && $0.told.insert(definition.name + definition.digest).inserted }
    }
}

extension ListedTool {
    convenience init(_ definition: ToolDefinition) { self.init(arguments: definition.arguments, digest: definition.digest) }
}
