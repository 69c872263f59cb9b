/// The bucket each principal passes right after its token held.
public struct AdmissionOptions: Sendable, Hashable {
    /// Calls per `period`.
    public var count = 600
    /// The time in which `count` calls refill.
    public var period: Duration = .seconds(60)
    /// Calls that may come at once.
    public var burst = 120

    /// The defaults.
    public init() {}
}
