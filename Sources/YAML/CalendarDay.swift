import Core

/// A day of the calendar, as files write it: `2027-06-30`.
public struct CalendarDay: Sendable, Hashable {
    /// When it begins, in UTC.
    public let start: WallTime
    /// When it is over, in UTC.
    public var end: WallTime { WallTime(seconds: start.seconds + 86_400) }

    /// Reads a day of the years 1970 to 2199; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]), 1970..<2200 ~= year, 1...12 ~= month,
            1...Self.length(month, of: year) ~= day
        else { return nil }
        // Civil date to days, after Howard Hinnant's "chrono-compatible low-level date algorithms"; the year begins in March.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        start = WallTime(seconds: (era * 146_097 + dayOfEra - 719_468) * 86_400)
    }

    private static func length(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
