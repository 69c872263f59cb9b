import Core
import JSON
import Redaction

/// What was replaced in all files of one run.
struct RedactionTotal {
    private var report = RedactionReport.none
    private var plainLines = 0

    /// Adds what was replaced in one file.
    mutating func add(_ text: RedactedText) {
        report = report.joined(with: text.report)
        plainLines += text.plainLines
    }

    /// Tells it on standard error, the most frequent kind first.
    func write(_ terminal: Terminal) {
        terminal.error(report.total == 1 ? "1 value replaced" : "\(report.total) values replaced")
        for count in report.counts { terminal.error("  \(count.count)  \(count.kind)") }
        if report.numbers > 0 { terminal.error("  \(report.numbers)  numbers under a key that names a secret, now 0") }
        if report.withheld > 0 {
            let places =
                report.withheld == 1 ? "1 place could not be decided and was" : "\(report.withheld) places could not be decided and were"
            terminal.error("  \(places) replaced as a whole")
        }
        if report.allowedTotal > 0 {
            terminal.error("  \(report.allowedTotal) \(report.allowedTotal == 1 ? "value" : "values") passed by --allow")
            for count in report.allowed { terminal.error("    \(count.count)  \(count.kind)") }
        }
        if plainLines > 0 {
            terminal.error(
                "  \(plainLines == 1 ? "1 line was no JSON and was" : "\(plainLines) lines were no JSON and were") scrubbed as plain text")
        }
    }

    /// Tells it on standard error as one JSON object.
    func writeJSON(_ terminal: Terminal) {
        var out = ByteBuffer()
        out.append("{\"replaced\":")
        out.append(decimal: report.total)
        out.append(",\"numbers\":")
        out.append(decimal: report.numbers)
        out.append(",\"withheld\":")
        out.append(decimal: report.withheld)
        out.append(",\"not_json\":")
        out.append(decimal: plainLines)
        let members: [(StaticString, [RedactionReport.Count])] = [(",\"kinds\":{", report.counts), (",\"allowed\":{", report.allowed)]
        for (key, counts) in members {
            out.append(key)
            for (index, count) in counts.enumerated() {
                if index > 0 { out.append(",") }
                JSONText.appendString(count.kind, to: &out)
                out.append(":")
                out.append(decimal: count.count)
            }
            out.append("}")
        }
        out.append("}")
        terminal.error(String(decoding: out.copy(), as: UTF8.self))
    }
}
