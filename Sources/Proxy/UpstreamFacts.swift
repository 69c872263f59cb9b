import MCP
import Synchronization

/// What Louver has learned about an upstream, shared by all loops: which wires it speaks, whether it keeps sessions,
/// which arguments its tools mirror.
final class UpstreamFacts: Sendable {
    /// Stands for revisions that are not known yet.
    private static let unknown = -1

    /// The tools that its lists have named.
    let tools = ToolNames()
    /// The raw value of the revisions: asked for every request, and so without a lock.
    private let settled: Atomic<Int>
    private let opensSessions = Atomic(false)
    /// What its lists say of its tools, where a policy needs to know.
    let catalog = ToolCatalog()
    /// The tasks that calls of it have become.
    let tasks = TaskTable()
    /// Which arguments of its tools are mirrored in headers.
    let parameters = LearnedParameters()

    /// Starts with what the configuration says; nil means that Louver finds out.
    init(versions: ProtocolVersionSet?) { settled = Atomic(versions.map { Int($0.rawValue) } ?? Self.unknown) }

    /// The revisions it speaks; nil until known. Stable from then on, because clients remember it too.
    var versions: ProtocolVersionSet? { Self.versions(settled.load(ordering: .relaxed)) }

    /// Whether it opened a session when asked to initialize: then a legacy request without one is refused here.
    var keepsSessions: Bool { opensSessions.load(ordering: .relaxed) }

    /// Notes the outcome of a discovery; the first one counts.
    func learned(_ versions: ProtocolVersionSet) -> ProtocolVersionSet {
        let (_, known) = settled.compareExchange(expected: Self.unknown, desired: Int(versions.rawValue), ordering: .relaxed)
        return Self.versions(known) ?? versions
    }

    private static func versions(_ raw: Int) -> ProtocolVersionSet? {
        raw == unknown ? nil : ProtocolVersionSet(rawValue: UInt8(truncatingIfNeeded: raw))
    }

    /// Notes that it opened a session.
    func openedSession() { opensSessions.store(true, ordering: .relaxed) }
}
