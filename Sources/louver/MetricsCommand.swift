import Telemetry

/// `louver metrics`.
enum MetricsCommand {
    static let command = Command(
        name: "metrics", summary: "list every metric of /metrics with its labels and its meaning", operands: "", flags: [],
        text: "Writes the Markdown page that comes with Louver as Deploy/METRICS.md, from the list that /metrics itself is written from.",
        examples: [("louver metrics", "what this version tells"), ("louver metrics > Deploy/METRICS.md", "after a change of the code")]
    ) { _, terminal in
        terminal.print(String(MetricTable.document().dropLast()))
        return .success
    }
}
