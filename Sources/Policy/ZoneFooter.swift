import Core

/// The rule for all times behind a zone file's last change: a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 8536 section 3.3).
struct ZoneFooter: Sendable {
    /// The day of a year on which the clock is changed, and the second of that day by the clock before.
    private struct Change {
        enum Day {
            /// Month, week (5 is the last), day of the week from Sunday.
            case weekday(Int, Int, Int)
            /// Day of the year from 1 without, or from 0 with February 29.
            case julian(Int), ordinal(Int)
        }
        var day: Day
        var second = 7_200
    }

    private let standard: Int
    private let summer: (offset: Int, begins: Change, ends: Change)?

    /// Reads the string; nil when it is none.
    init?(_ text: [UInt8]) {
        var reader = Reader(rest: text[...])
        guard reader.name(), let west = reader.clock(hoursMax: 24) else { return nil }
        standard = -west
        if reader.rest.isEmpty {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standard + 3_600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.clock(hoursMax: 24) else { return nil }
            offset = -west
        }
        guard let begins = reader.change(), let ends = reader.change(), reader.rest.isEmpty else { return nil }
        summer = (offset, begins, ends)
    }

    /// Seconds to add to UTC at a time.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let local = Int(seconds) + standard
        let year = CivilDay.year(of: local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
        let begins = Self.second(summer.begins, year) - standard
        let ends = Self.second(summer.ends, year) - summer.offset
        let now = Int(seconds)
        let isSummer = begins < ends ? begins <= now && now < ends : now >= begins || now < ends
        return isSummer ? summer.offset : standard
    }

    /// When a change comes in a year, in seconds of the clock before it.
    private static func second(_ change: Change, _ year: Int) -> Int {
        let first = CivilDay.number(year: year, month: 1, day: 1) ?? 0
        let day: Int
        switch change.day {
        case .ordinal(let number): day = first + number
        case .julian(let number): day = first + number - 1 + (CivilDay.isLeap(year) && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let start = CivilDay.number(year: year, month: month, day: 1) ?? first
            // Their weeks begin on Sunday, ours on Monday.
            let ahead = ((weekday + 6) % 7 - CivilDay.weekday(of: start) + 7) % 7
            let wanted = ahead + 7 * (week - 1)
            day = start + (wanted < CivilDay.length(of: month, in: year) ? wanted : wanted - 7)
        }
        return day * 86_400 + change.second
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        /// Letters, or anything in angle brackets.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { ASCII.isAlphanumeric($0) && !ASCII.isDigit($0) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        /// `[+-]h[h][h][:mm[:ss]]` in seconds.
        mutating func clock(hoursMax: Int) -> Int? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(), hours <= hoursMax else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where take(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            guard take(","), let day = day() else { return nil }
            var change = Change(day: day)
            if take("/") {
                guard let second = clock(hoursMax: 167) else { return nil }
                change.second = second
            }
            return change
        }

        private mutating func day() -> Change.Day? {
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number(), (1...12).contains(month),
                    (1...5).contains(week), weekday <= 6
                else { return nil }
                return .weekday(month, week, weekday)
            }
            let isJulian = take("J")
            guard let number = number(), number <= 365, !isJulian || number > 0 else { return nil }
            return isJulian ? .julian(number) : .ordinal(number)
        }

        private mutating func number() -> Int? {
            let digits = rest.prefix(4).prefix { ASCII.isDigit($0) }
            rest = rest.dropFirst(digits.count)
            return Int(String(decoding: digits, as: UTF8.self))
        }

        private mutating func take(_ sign: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: sign) else { return false }
            rest = rest.dropFirst()
            return true
        }
    }
}
