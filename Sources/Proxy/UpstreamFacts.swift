import Core
import MCP

/// What Louver has learned about an upstream, shared by all loops: which wires it speaks, whether it keeps sessions,
/// which arguments its tools mirror.
final class UpstreamFacts: Sendable {
    private struct State {
        var versions: ProtocolVersionSet?
        var keepsSessions = false
    }

    /// The tools that its lists have named.
    let tools = ToolNames()
    private let state: Lock<State>
    /// What its lists say of its tools, where a policy needs to know.
    let catalog = ToolCatalog()
    /// Which arguments of its tools are mirrored in headers.
    let parameters = LearnedParameters()

    /// Starts with what the configuration says; nil means that Louver finds out.
    init(versions: ProtocolVersionSet?) { state = Lock(State(versions: versions)) }

    /// The revisions it speaks; nil until known. Stable from then on, because clients remember it too.
    var versions: ProtocolVersionSet? { state.withLock { $0.versions } }

    /// Whether it opened a session when asked to initialize: then a legacy request without one is refused here.
    var keepsSessions: Bool { state.withLock { $0.keepsSessions } }

    /// Notes the outcome of a discovery; the first one counts.
    func learned(_ versions: ProtocolVersionSet) -> ProtocolVersionSet {
        state.withLock { known in
            let settled = known.versions ?? versions
            known.versions = settled
            return settled
        }
    }

    /// Notes that it opened a session.
    func openedSession() { state.withLock { $0.keepsSessions = true } }
}
