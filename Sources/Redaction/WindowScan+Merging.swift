extension WindowScan {
    /// Orders what was found and leaves nothing that stands inside of something else.
    static func merge(_ findings: inout [Finding], behind region: Int) {
        // Mostly they were found in order and apart, and sorting takes as long as the rest of this.
        var kept = settledCount(findings, behind: region)
        if kept == findings.count { return }
        if !isSorted(findings) {
            findings.sort(by: isBefore)
            kept = 0
        }
        for index in kept..<findings.count {
            var next = findings[index]
            if next.end <= region || next.end <= next.start { continue }
            if kept > 0, findings[kept - 1].form == .mark, next.form != .mark, next.start < findings[kept - 1].end {
                // A secret inside of marked text ends the mark.
                findings[kept - 1].end = next.start
                if next.start <= max(findings[kept - 1].start, region) { kept -= 1 }
            }
            if kept > 0, next.end <= findings[kept - 1].end {
                absorb(&findings[kept - 1], next)
                continue
            }
            // What reaches out of another finding is replaced by itself from there on, so that no chain of them has to wait for its end.
            // The placeholder that stands there already is enough for both.
            let free = kept > 0 ? findings[kept - 1].end : region
            if next.start < free {
                next.start = free
                if next.form != .mark { next.form = .nothing }
            }
            findings[kept] = next
            kept += 1
        }
        findings.removeLast(findings.count - kept)
    }

    /// How many of them, from the first on, stand in order and apart already.
    private static func settledCount(_ findings: [Finding], behind region: Int) -> Int {
        var free = region
        for index in findings.indices {
            guard findings[index].start >= free, findings[index].end > findings[index].start else { return index }
            free = findings[index].end
        }
        return findings.count
    }

    private static func isBefore(_ one: Finding, _ other: Finding) -> Bool {
        one.start == other.start ? one.end > other.end : one.start < other.start
    }

    private static func isSorted(_ findings: [Finding]) -> Bool {
        for index in 1..<findings.count where isBefore(findings[index], findings[index - 1]) { return false }
        return true
    }

    /// Takes a finding into one that contains it: the more certain of the two names the kind.
    private static func absorb(_ into: inout Finding, _ next: Finding) {
        into.anchor = min(into.anchor, next.anchor)
        // What was longer than a look ahead keeps what was known of it then: more may be found inside of it in one window than in two.
        if into.isCut { return }
        if next.form == .placeholder { into.form = .placeholder }
        guard next.rank > into.rank else { return }
        into.kind = next.kind
        into.source = next.source
        into.rank = next.rank
    }
}
