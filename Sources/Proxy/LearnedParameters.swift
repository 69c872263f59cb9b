import Core
import MCP
import Synchronization

/// What the tool lists of one upstream said about arguments that the stateless wire mirrors in `Mcp-Param-*` headers, shared by all loops.
///
/// The newest list counts. A tool that is not known here is none of Louver's business: its headers go on as they came.
final class LearnedParameters: Sendable {
    private let tools = Lock<[[UInt8]: ParameterHeaders]>([:])
    /// How many tools mirror anything: usually none, and then a call costs one load.
    private let count = Atomic(0)

    /// The mirrored arguments of a tool; nil where none is known.
    func find(_ tool: CallTarget?) -> ParameterHeaders? {
        guard count.load(ordering: .relaxed) > 0, let name = tool?.name else { return nil }
        return tools.withLock { $0[name] }
    }

    /// Notes what a list says of a tool; false when there is no room for another.
    func learn(_ tool: Span<UInt8>, _ parameters: ParameterHeaders) -> Bool {
        if parameters.isEmpty, count.load(ordering: .relaxed) == 0 { return true }
        let name = tool.withUnsafeBufferPointer { [UInt8]($0) }
        return tools.withLock { known in
            if parameters.isEmpty {
                known[name] = nil
            } else {
                guard known[name] != nil || known.count < Limits.parameterToolsMax else { return false }
                known[name] = parameters
            }
            count.store(known.count, ordering: .relaxed)
            return true
        }
    }
}
