import Core

/// What `allow` means for the reply at hand: its tool, the time, and where in it the value stands that is being looked at. One for each
/// scrubber; the scans of all its layers ask it, and only about what they found.
final class Clearance {
    private let table: AllowTable
    /// The tool whose reply it is; empty for none.
    var tool: [UInt8] = []
    /// The time. Until it is told, every entry that ends counts as over.
    var now = WallTime(nanoseconds: .max)
    /// Where the value at hand stands; nil where nobody follows that.
    var path: ValuePath?

    init(_ table: AllowTable) { self.table = table }

    /// Whether some entry asks where a value stands.
    var followsPaths: Bool { table.hasPaths }

    /// Whether a finding passes; `tag` is asked for only where an entry names fingerprints.
    func allows(_ finding: Finding, tag: () -> UInt64) -> Bool { entry(for: finding, tag: tag) != nil }

    /// Whether a number under a key passes: it has no tag that could tell.
    func allowsNumber(_ kind: GrammarKind) -> Bool {
        table.entries.contains { $0.allowance.fingerprints.isEmpty && holds($0, source: kind.rawValue) }
    }

    /// The entry by which a finding passes; nil when none does.
    func entry(for finding: Finding, tag: () -> UInt64) -> Allowance? {
        // What could not be looked at never passes. Marks are no secrets: they pass where their detector is named.
        if finding.source == GrammarKind.undecided.rawValue || finding.kind == GrammarKind.undecided.rawValue { return nil }
        for entry in table.entries where holds(entry, source: finding.source) {
            if entry.sources == nil, finding.form == .mark { continue }
            if entry.allowance.fingerprints.isEmpty || entry.allowance.fingerprints.contains(tag()) { return entry.allowance }
        }
        return nil
    }

    /// Whether everything holds that an entry says, fingerprints aside.
    private func holds(_ entry: AllowTable.Entry, source: UInt16) -> Bool {
        let allowance = entry.allowance
        if allowance.isOver(now) { return false }
        if let sources = entry.sources, !sources[Int(source)] { return false }
        if !allowance.tools.isEmpty {
            let tool = tool
            if tool.isEmpty || !allowance.tools.contains(where: { $0.matches(tool.span) }) { return false }
        }
        if allowance.paths.isEmpty { return true }
        guard let path, path.isKnown else { return false }
        let place = path.bytes
        return allowance.paths.contains { $0.matches(place.span) }
    }
}
