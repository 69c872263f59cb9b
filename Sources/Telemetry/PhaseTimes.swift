/// The nanoseconds of each phase of one exchange; 0 for what was not measured.
public struct PhaseTimes: Sendable {
    private var times = InlineArray<9, UInt64>(repeating: 0)

    /// No time in any phase.
    public init() {}

    /// The time spent in a phase.
    public subscript(_ phase: Phase) -> UInt64 { times[phase.rawValue] }

    /// Adds to the time spent in a phase.
    public mutating func add(_ phase: Phase, nanoseconds: UInt64) { times[phase.rawValue] &+= nanoseconds }
}
