import Core

/// The tools that an upstream has named in its lists, shared by all loops: the names that may stand in metrics. Bounded, and never filled
/// by what a client sends.
final class ToolNames: Sendable {
    private let names = Lock<Set<[UInt8]>>([])

    /// Notes a name; false for one that is too long, or one too many, and not kept.
    func learn(_ name: [UInt8]) -> Bool {
        guard name.count <= Limits.toolNameBytesMax else { return false }
        return names.withLock { names in
            if names.count >= Limits.toolNamesMax { return names.contains(name) }
            names.insert(name)
            return true
        }
    }

    /// Whether a list has named it.
    func knows(_ name: [UInt8]) -> Bool { names.withLock { $0.contains(name) } }
}
