/// What an admitted call still has to give back or pay when it is over: places under caps, and the bytes of its reply.
public struct LimitHold: Sendable, Hashable {
    /// Where it was admitted.
    public enum Place: UInt8, Sendable {
        /// In this process.
        case memory
        /// In this process with its share, because the store was lost.
        case memoryShare
        /// In the shared store.
        case store
    }

    /// Where it was admitted.
    public var place = Place.memory
    /// What the call is called among those that hold a cap.
    public var holder: UInt64 = 0
    /// A bit per rule that is settled later.
    var mask: UInt64 = 0
    /// A bit per rule that was counted in the bucket newcomers share.
    var shared: UInt64 = 0

    /// Nothing to settle.
    public init(holder: UInt64 = 0) { self.holder = holder }

    /// Whether nothing is left to do.
    public var isEmpty: Bool { mask == 0 }
}
