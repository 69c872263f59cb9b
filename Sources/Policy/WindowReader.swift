import Core
import YAML

/// Reads `between`: a span, or a list of them.
struct WindowReader {
    private let reader: NodeReader
    private let zone: (String) -> ZoneRules?

    /// Reads the windows of a rule; nil when it has none, and after a fault.
    static func read(_ rule: NodeReader, zone: @escaping (String) -> ZoneRules?) -> RuleWindow? {
        guard let node = rule.node("between") else { return nil }
        let nodes = node.elements ?? [node]
        guard !nodes.isEmpty, nodes.count <= Limits.policyWindowsMax else {
            rule.fault("between", "`\(rule.name(of: "between"))` must hold 1 to \(Limits.policyWindowsMax) spans")
            return nil
        }
        let read = nodes.enumerated().compactMap { at, node -> (RuleWindow.Span, String)? in
            let place = rule.name(of: "between") + (nodes.count > 1 ? "[\(at)]" : "")
            guard let own = rule.nested(node, path: place, step: "between") else { return nil }
            let span = WindowReader(reader: own, zone: zone).span()
            own.finish()
            return span
        }
        guard read.count == nodes.count else { return nil }
        return RuleWindow(spans: read.map(\.0), words: read.map(\.1).joined(separator: " or "))
    }

    private func span() -> (RuleWindow.Span, String)? {
        let before = reader.faults.count
        let days = days()
        let minutes = minutes()
        let dates = dates()
        if !reader.has("days"), !reader.has("hours"), !reader.has("dates") {
            reader.faults.add(
                reader.file, reader.mark, "`\(reader.path)` names no days, hours or dates",
                remedy: "write, for example: `{ days: [mon-fri], hours: \"09:00-17:00\", zone: Europe/Berlin }`")
        }
        let name = reader.string("zone", example: "Europe/Berlin")
        guard !name.isEmpty else { return nil }
        guard let rules = zone(name) else {
            reader.fault(
                "zone", "there is no time zone called \(Fault.quote(name)) on this system",
                remedy:
                    "write a name from the time zone database, such as `Europe/Berlin` or `UTC`; see that the package tzdata is installed")
            return nil
        }
        guard reader.faults.count == before else { return nil }
        return (RuleWindow.Span(days: days, minutes: minutes, dates: dates, zone: rules), words(name))
    }

    private func words(_ zone: String) -> String {
        var parts = reader.texts("days").map(\.text)
        if !parts.isEmpty { parts = [parts.joined(separator: ", ")] }
        parts += ["hours", "dates"].compactMap { reader.node($0)?.scalar?.text }
        return "\(parts.joined(separator: " ")) (\(zone))"
    }

    // MARK: Parts

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `[mon-thu, sat]`; a range may pass Sunday.
    private func days() -> UInt8 {
        guard reader.has("days") else { return 0x7F }
        var days: UInt8 = 0
        for item in reader.texts("days") {
            let ends = item.text.split(separator: "-", omittingEmptySubsequences: false).map { Self.names.firstIndex(of: $0.lowercased()) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else {
                reader.faults.add(
                    reader.file, item.mark, "\(Fault.quote(item.text)) is no day of the week",
                    remedy: "write mon, tue, wed, thu, fri, sat, sun, or a range such as `mon-thu`")
                continue
            }
            for step in 0...(last - first + 7) % 7 { days |= 1 << UInt8((first + step) % 7) }
        }
        if days == 0, reader.texts("days").isEmpty {
            reader.fault("days", "`\(reader.name(of: "days"))` is empty: the rule would never hold")
        }
        return days
    }

    /// `09:00-17:00`, `22:00-06:00`.
    private func minutes() -> (from: Int, to: Int)? {
        guard let text = reader.optionalString("hours") else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        if ends.count == 2, let from = ends[0], let to = ends[1], from != to, from < 1_440 { return (from, to) }
        reader.fault("hours", "\(Fault.quote(text)) are no hours", remedy: "write, for example: `\"09:00-17:00\"` or `\"22:00-06:00\"`")
        return nil
    }

    private static func minute(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":"), [0, 1, 3, 4].allSatisfy({ ASCII.isDigit(digits[$0]) }),
            let hours = Int(text.prefix(2)), let minutes = Int(text.suffix(2)), minutes < 60, hours * 60 + minutes <= 1_440
        else { return nil }
        return hours * 60 + minutes
    }

    /// `2026-12-20..2027-01-06`, `2026-12-24`.
    private func dates() -> (first: Int, last: Int)? {
        guard let text = reader.optionalString("dates") else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { String($0) ?? "" }
        let days = parts.count == 3 && parts[1].isEmpty ? [parts[0], parts[2]] : parts
        let read = days.compactMap { CivilDay.read($0) }
        if read.count == days.count, let first = read.first, let last = read.last, days.count <= 2, first <= last { return (first, last) }
        reader.fault(
            "dates", "\(Fault.quote(text)) are no dates", remedy: "write, for example: `2026-12-20..2027-01-06`, the earlier one first")
        return nil
    }
}
