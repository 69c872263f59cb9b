import Core

/// What `allow` lets pass is set aside before findings are merged, as though its detector were not there, so that whatever else was found
/// in the same place still holds. It is merged among itself by the same rule, and a window ends before it as before any finding: how many
/// there are depends on the text alone, never on how it was cut.
extension WindowScan {
    /// Takes out of the findings what passes.
    func setAside(_ text: Span<UInt8>, _ clearance: Clearance) {
        var kept = 0
        for index in 0..<findings.count {
            let finding = findings[index]
            if clearance.allows(finding, tag: { tag(of: finding, in: text) }) {
                asides.append(finding)
            } else {
                findings[kept] = finding
                kept += 1
            }
        }
        findings.removeLast(findings.count - kept)
    }

    /// Whether a finding passes.
    func passes(_ finding: Finding, _ text: Span<UInt8>) -> Bool {
        clearance?.allows(finding, tag: { tag(of: finding, in: text) }) ?? false
    }

    /// Keeps of what was set aside what begins before the cut and not inside of something that is replaced.
    func countAsides(before cut: Int) {
        var next = 0
        asides.removeAll { aside in
            while next < findings.count, findings[next].end <= aside.start { next += 1 }
            let isInside = next < findings.count && findings[next].start <= aside.start
            return aside.form == .nothing || aside.start >= cut || isInside
        }
    }
}
