/// The metrics as a table for people, written from the same list that `/metrics` is written from.
public enum MetricTable {
    /// The whole document.
    public static func document() -> String {
        """
        # Metrics

        What `/metrics` of the admin listener tells, as OpenMetrics or Prometheus text. `louver metrics` writes this page from the list in
        the code, and a test holds the two equal. *At most* is the number of series a family can have, whatever clients send: values beyond
        it are told as `other`. Label values come from the code, from your files, and from the lists of your upstreams; never from a client.


        """ + markdown()
    }

    /// A Markdown table: name, kind, labels and the most series of each family, and what it means.
    static func markdown() -> String {
        var text = "| metric | kind | labels | at most | meaning |\n|---|---|---|---|---|\n"
        for family in MetricNames.families {
            let row = describe(family.source)
            let labels = row.labels.isEmpty ? "" : row.labels.map { "`\($0)`" }.joined(separator: " ")
            text += "| `\(family.name)\(row.suffix)` | \(row.kind) | \(labels) | \(row.most) | \(family.help) |\n"
        }
        return text
    }

    /// Of one family: what its samples are called, their kind, their labels, and how many series there can be.
    private static func describe(_ source: MetricNames.Source) -> (suffix: String, kind: String, labels: [String], most: String) {
        switch source {
        case .counters(let all): return ("_total", "counter", names(all.map(\.labels)), "\(all.count)")
        case .loopSeconds: return ("_total", "counter", ["loop"], "one for each loop")
        case .open(let family): return ("_total", "counter", family.labels.map(\.description), "\(family.capacity)")
        case .gauges(let all): return ("", "gauge", names(all.map(\.labels)), "\(all.count)")
        case .levels(let family): return ("", "gauge", [family.label.description], "one for each \(family.label)")
        case .histograms(let all):
            return ("", "histogram", names(all.map(\.labels)) + ["le"], "\(all.count * (HistogramID.bounds.count + 3))")
        case .facts(let family): return ("_info", "info", family.labels.map(\.description), family == .policy ? "one for each policy" : "1")
        case .process(let item): return (item.isCounter ? "_total" : "", item.isCounter ? "counter" : "gauge", [], "1")
        }
    }

    /// The names in labels that are written out, such as `peer="client",direction="in"`.
    private static func names(_ written: [StaticString]) -> [String] {
        guard let first = written.first?.description, !first.isEmpty else { return [] }
        return first.split(separator: ",").map { String($0.prefix { $0 != "=" }) }
    }
}
