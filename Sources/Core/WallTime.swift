import Glibc

/// A point in civil time, in nanoseconds since 1970-01-01T00:00:00Z: what tokens, certificates and log lines speak of.
public struct WallTime: Comparable, Hashable, Sendable {
    /// Nanoseconds since the epoch.
    public let nanoseconds: Int64

    /// Makes a time from nanoseconds since the epoch.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes a time from whole seconds since the epoch.
    public init(seconds: Int64) { nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue }

    /// Whole seconds since the epoch, rounded towards the past.
    public var seconds: Int64 { nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000 }

    /// Reads the clock. Domain code takes a time as an argument instead.
    public static func now() -> WallTime {
        var spec = timespec()
        clock_gettime(CLOCK_REALTIME, &spec)
        return WallTime(nanoseconds: Int64(spec.tv_sec) * 1_000_000_000 + Int64(spec.tv_nsec))
    }

    /// Orders by time.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The RFC 3339 form in UTC with milliseconds, such as `2026-11-21T07:24:44.313Z` (24 bytes for years 1 to 9999).
    public func rfc3339() -> [UInt8] {
        let second = seconds
        var day = second / 86_400
        var inDay = second % 86_400
        if inDay < 0 {
            inDay += 86_400
            day -= 1
        }
        // Days to civil date, after Howard Hinnant's "chrono-compatible low-level date algorithms".
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        var out: [UInt8] = []
        out.reserveCapacity(24)
        func put(_ value: Int64, _ width: Int) {
            var divisor: Int64 = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                out.append(UInt8(ascii: "0") + UInt8((value / divisor) % 10))
                divisor /= 10
            }
        }
        put(year, 4)
        out.append(UInt8(ascii: "-"))
        put(month, 2)
        out.append(UInt8(ascii: "-"))
        put(dayOfYear - (153 * marchMonth + 2) / 5 + 1, 2)
        out.append(UInt8(ascii: "T"))
        put(inDay / 3_600, 2)
        out.append(UInt8(ascii: ":"))
        put(inDay / 60 % 60, 2)
        out.append(UInt8(ascii: ":"))
        put(inDay % 60, 2)
        out.append(UInt8(ascii: "."))
        put((nanoseconds - second * 1_000_000_000) / 1_000_000, 3)
        out.append(UInt8(ascii: "Z"))
        return out
    }
}
