import Core

/// When something is over that a file gives an end: with a day, `2027-06-30`, or at a time in UTC, `2027-06-30T18:00:00Z` (RFC 3339).
public struct Expiry: Sendable, Hashable {
    /// The day or the time as it was written.
    public let written: String
    /// From when on it is over.
    public let end: WallTime

    /// Reads a day of the years 1970 to 2199, or a second of one; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2, let day = CalendarDay(String(parts[0])) else { return nil }
        written = text
        guard parts.count == 2 else {
            end = day.end
            return
        }
        guard let second = Self.second(parts[1]) else { return nil }
        end = WallTime(seconds: day.start.seconds + second)
    }

    /// Which second of the day `18:00:00Z` is; nil for anything else.
    private static func second(_ text: Substring) -> Int64? {
        guard text.last == "Z" else { return nil }
        let parts = text.dropLast().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(ASCII.isDigit) }),
            let hour = Int64(parts[0]), let minute = Int64(parts[1]), let second = Int64(parts[2]), hour < 24, minute < 60, second < 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }
}
