import Audit
import Core
import JSON

/// `louver audit stats`.
enum AuditStatsCommand {
    static let command = Command(
        name: "audit stats", summary: "count the decisions of an audit log by what was decided, by whom and why", operands: "FILE...",
        flags: [Flag("--top", value: "NUMBER", "how many of each kind to show (10)")],
        text: """
            Counts decisions, callers, objects, rules, reasons and redactions, and how often the shared store of limits was lost and found.
            `louver audit verify` checks the chain.
            """,
        examples: [
            ("louver audit stats audit.log", "what a day was like"), ("louver audit stats --top 50 audit.log.1 audit.log", "more of it"),
        ],
        run: run)

    /// What is counted, in the order it is shown.
    private static let headings: [(title: String, keys: [StaticString])] = [
        ("decisions", ["decision"]), ("outcomes", ["outcome"]), ("callers", ["subject", "pseudonym", "peer"]), ("objects", ["object"]),
        ("rules", ["rule"]), ("reasons", ["reason"]), ("limits", ["bucket"]), ("routes", ["route"]),
    ]

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let written = arguments.value("--top")
        guard let top = written.map({ Int($0) }) ?? 10, top > 0, !arguments.operands.isEmpty else {
            terminal.fault("louver audit stats: it takes a file, and a number from 1")
            return .usage
        }
        var counts = [[[UInt8]: Int]](repeating: [:], count: headings.count)
        var redactions: [[UInt8]: Int] = [:]
        var events: [[UInt8]: Int] = [:]
        var decisions = 0
        var others = 0
        for file in arguments.operands {
            let read = AuditFile.forEachLine(file, terminal) { text, _ in
                guard let line = AuditLine(text) else { return others += 1 }
                if let event = line.string("event") { return count(event, 1, &events) }
                guard line.isDecision else { return }
                decisions += 1
                for (at, heading) in headings.enumerated() {
                    guard let value = heading.keys.lazy.compactMap({ line.string($0) }).first else { continue }
                    count(value, 1, &counts[at])
                }
                line.root["redactions"]?.forEachMember { kind, number in
                    count(kind.withUnsafeBufferPointer { [UInt8]($0) }, Int(number.int64 ?? 0), &redactions)
                }
            }
            if !read { return .failure }
        }
        terminal.print("\(decisions) decisions")
        for (heading, table) in zip(headings, counts) { show(heading.title, table, top, terminal) }
        show("redactions", redactions, top, terminal)
        show("events", events, top, terminal)
        if others > 0 { terminal.print("\n\(others) lines are none of an audit log: see `louver audit verify`") }
        return .success
    }

    /// Adds to a table that a file with many names cannot grow without end.
    private static func count(_ value: [UInt8], _ number: Int, _ table: inout [[UInt8]: Int]) {
        if table[value] == nil, table.count >= Limits.auditRunsMax { return }
        table[value, default: 0] += number
    }

    private static func show(_ title: String, _ table: [[UInt8]: Int], _ top: Int, _ terminal: Terminal) {
        if table.isEmpty { return }
        terminal.print("\n\(terminal.styled(title, .bold))")
        let sorted = table.sorted { $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value }
        for (value, count) in sorted.prefix(top) {
            let number = String(count)
            terminal.print("\(String(repeating: " ", count: max(0, 9 - number.count)))\(number)  \(Printable.text(value))")
        }
        if sorted.count > top { terminal.print("           and \(sorted.count - top) more") }
    }
}
