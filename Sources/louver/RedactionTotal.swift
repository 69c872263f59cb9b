import Redaction

/// What was replaced in all files of one run.
struct RedactionTotal {
    private var kinds: [String: Int] = [:]
    private var withheld = 0

    /// Adds what was replaced in one file.
    mutating func add(_ report: RedactionReport) {
        for count in report.counts { kinds[count.kind, default: 0] += count.count }
        withheld += report.withheld
    }

    /// Tells it on standard error, the most frequent kind first.
    func write(_ terminal: Terminal) {
        let total = kinds.values.reduce(0, +)
        terminal.error(total == 1 ? "1 value replaced" : "\(total) values replaced")
        let ordered = kinds.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        for (kind, count) in ordered { terminal.error("  \(count)  \(kind)") }
        if withheld > 0 { terminal.error("  \(withheld) places could not be decided and were replaced as a whole") }
    }
}
