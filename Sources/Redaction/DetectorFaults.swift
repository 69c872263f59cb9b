import YAML

/// Everything that is wrong with a set of detector files.
public struct DetectorFaults: Error, Sendable, CustomStringConvertible {
    /// The faults in reading order.
    public let faults: [Fault]

    /// Every fault on its own lines.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
