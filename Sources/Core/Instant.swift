import Glibc

/// A point on the monotonic clock, in nanoseconds. Deadlines are instants; they never jump with the wall clock.
public struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public let nanoseconds: UInt64

    /// Makes an instant from a count of nanoseconds.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Reads the clock. Domain code takes an instant as an argument instead.
    public static func now() -> Instant {
        var spec = timespec()
        clock_gettime(CLOCK_MONOTONIC, &spec)
        return Instant(nanoseconds: UInt64(spec.tv_sec) * 1_000_000_000 + UInt64(spec.tv_nsec))
    }

    /// An instant that no deadline reaches.
    public static let never = Instant(nanoseconds: .max)

    /// Orders by time.
    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant that lies `span` later; a negative span counts as zero and the sum stops at `never`.
    public static func + (from: Instant, span: Duration) -> Instant {
        let (sum, over) = from.nanoseconds.addingReportingOverflow(span.nanosecondsClamped)
        return over ? .never : Instant(nanoseconds: sum)
    }

    /// The nanoseconds from `earlier` to this instant, or 0 when it is not later.
    public func nanoseconds(since earlier: Instant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }
}

extension Duration {
    /// The whole span in nanoseconds, held between 0 and `UInt64.max`.
    public var nanosecondsClamped: UInt64 {
        // One machine division; `components` takes a division of 128 bits in software, and deadlines are set several times a request.
        let attoseconds = self.attoseconds
        guard attoseconds >= 0 else { return 0 }
        let high = UInt64(truncatingIfNeeded: attoseconds >> 64)
        guard high < 1_000_000_000 else { return .max }
        return UInt64(1_000_000_000).dividingFullWidth((high, UInt64(truncatingIfNeeded: attoseconds))).quotient
    }

    /// The whole span in milliseconds, rounded up, held between 0 and `Int.max`.
    public var millisecondsRoundedUp: Int {
        let nanos = nanosecondsClamped
        return Int(clamping: nanos / 1_000_000 + (nanos % 1_000_000 == 0 ? 0 : 1))
    }
}
