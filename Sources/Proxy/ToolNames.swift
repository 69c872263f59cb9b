import Core

/// The tools that an upstream has named in its lists, shared by all loops: the names that may stand in metrics. Bounded, and never filled
/// by what a client sends.
final class ToolNames: Sendable {
    private let names = Lock<Set<[UInt8]>>([])

    /// Notes a name; too long a one, or one too many, is not kept.
    func learn(_ name: [UInt8]) {
        guard name.count <= Limits.toolNameBytesMax else { return }
        names.withLock { if $0.count < Limits.toolNamesMax { $0.insert(name) } }
    }

    /// Whether a list has named it.
    func knows(_ name: [UInt8]) -> Bool { names.withLock { $0.contains(name) } }
}
