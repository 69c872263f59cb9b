import Core
import JSON

/// RFC 7519's NumericDate: seconds since the epoch, which may have a fraction.
enum NumericDate {
    /// Which way a fraction is rounded, so that it never widens what the token allows.
    enum Rounding {
        /// Towards the past: for `exp`.
        case down
        /// Towards the future: for `nbf` and `iat`.
        case up
    }

    /// The years 1970 to 2255: the seconds that stay within `WallTime` with room for a leeway.
    static let secondsMax: Int64 = 9_000_000_000

    /// Reads a number of seconds; nil for another kind, a negative one, an exponent that is not a whole number, or one out of range.
    static func read(_ node: JSONNode, _ rounding: Rounding) -> WallTime? {
        if let whole = node.int64 { return time(whole) }
        let seconds = node.withNumber { text -> Int64? in
            var value: Int64 = 0
            var at = 0
            while at < text.count, ASCII.isDigit(text[at]) {
                value = value * 10 + Int64(text[at] - UInt8(ascii: "0"))
                guard value <= secondsMax else { return nil }
                at += 1
            }
            guard at > 0, at < text.count, text[at] == UInt8(ascii: ".") else { return nil }
            // The JSON room has checked that digits follow; an exponent after them is not worth reckoning with.
            for rest in at + 1..<text.count where !ASCII.isDigit(text[rest]) { return nil }
            return rounding == .up ? value + 1 : value
        }
        guard let seconds, let seconds else { return nil }
        return time(seconds)
    }

    private static func time(_ seconds: Int64) -> WallTime? {
        0...secondsMax ~= seconds ? WallTime(seconds: seconds) : nil
    }
}

extension WallTime {
    /// This time moved by a span, held within the range of the type.
    public func moved(by span: Duration) -> WallTime {
        let (seconds, attoseconds) = span.components
        let (whole, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (nanos, over2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (sum, over3) = nanoseconds.addingReportingOverflow(nanos)
        if over || over2 || over3 { return WallTime(nanoseconds: seconds < 0 ? .min : .max) }
        return WallTime(nanoseconds: sum)
    }

    /// The span from `earlier` to this time, negative if it is later.
    func since(_ earlier: WallTime) -> Duration {
        .nanoseconds(nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue)
    }
}
