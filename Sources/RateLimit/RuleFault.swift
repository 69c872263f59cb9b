/// Why a rule cannot be compiled.
public enum RuleFault: Error, Sendable, Equatable {
    /// The id is empty or too long.
    case identifier
    /// The rate is not positive.
    case rate
    /// The burst is not positive.
    case burst
    /// The cost of a call is not positive, or larger than a full bucket.
    case cost
    /// The lease is larger than a full bucket, or the limit is none of calls over time.
    case lease
    /// The local share is not 1 to 100 percent.
    case share
    /// Rate and burst together are too large, or too odd, to be counted exactly.
    case inexact
}
