import Core

/// When a rule holds: in one of some spans of days, hours and dates, by the clock of a zone.
struct RuleWindow: Sendable {
    /// One span; everything that is written must hold.
    struct Span: Sendable {
        /// Days of the week, bit 0 is Monday.
        var days: UInt8 = 0x7F
        /// Minutes of the day: from the first to before the second. When the second is not later, the span ends on the next day and
        /// belongs to the day it began on.
        var minutes: (from: Int, to: Int)?
        /// Days since 1970: both are included.
        var dates: (first: Int, last: Int)?
        var zone: ZoneRules
    }

    let spans: [Span]
    /// The spans in words, for refusals.
    let words: String

    /// Whether the rule holds at a time.
    func contains(_ now: WallTime) -> Bool { spans.contains { Self.holds($0, now) } }

    private static func holds(_ span: Span, _ now: WallTime) -> Bool {
        let local = Int(now.seconds) + span.zone.offset(at: now.seconds)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        guard let minutes = span.minutes else { return isOpen(span, day) }
        let minute = (local - day * 86_400) / 60
        if minutes.from < minutes.to { return minute >= minutes.from && minute < minutes.to && isOpen(span, day) }
        return minute >= minutes.from && isOpen(span, day) || minute < minutes.to && isOpen(span, day - 1)
    }

    private static func isOpen(_ span: Span, _ day: Int) -> Bool {
        if span.days >> UInt8(CivilDay.weekday(of: day)) & 1 == 0 { return false }
        guard let dates = span.dates else { return true }
        return day >= dates.first && day <= dates.last
    }
}
