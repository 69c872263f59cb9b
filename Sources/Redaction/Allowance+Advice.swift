import Core
import YAML

extension Allowance {
    /// What is no fault of an entry and yet should be known: that its time is over or will be soon, that it has no end, that it names no
    /// detector there is, that it lets everything of a tool pass.
    ///
    /// - Parameters:
    ///   - detectors: those that will look.
    ///   - hasKey: whether placeholders are made with a key from a file, so that a tag means the same tomorrow.
    public static func advice(_ entries: [Allowance], now: WallTime, detectors: DetectorSet, hasKey: Bool) -> [Fault] {
        entries.flatMap { $0.advice(now, detectors, hasKey) }
    }

    /// What is said when its time is over while it is in force.
    public var farewell: String {
        let fault = Fault(
            file: file, at: mark,
            "the time of this `allow` entry was over with \(lastDay ?? "its last day"): what it let pass is replaced again",
            remedy: "remove it, or decide anew how long it holds")
        return "\(fault)"
    }

    private func advice(_ now: WallTime, _ detectors: DetectorSet, _ hasKey: Bool) -> [Fault] {
        var advice: [Fault] = []
        func add(_ message: String, _ remedy: String) { advice.append(Fault(file: file, at: mark, message, remedy: remedy)) }
        if let end, let lastDay {
            let days = (end.seconds - now.seconds + 86_399) / 86_400
            if isOver(now) {
                add(
                    "the time of this `allow` entry was over with \(lastDay): it does nothing",
                    "remove it, or decide anew how long it holds")
            } else if days <= Limits.allowanceNoticeDays {
                add(
                    "this `allow` entry ends with \(lastDay), in \(days == 1 ? "less than a day" : "\(days) days")",
                    "remove what it is there for, or decide anew how long it holds")
            }
        } else {
            add("this `allow` entry has no end", "write the last day it holds on: `until: 2027-06-30`")
        }
        if self.detectors.isEmpty, paths.isEmpty, fingerprints.isEmpty {
            add("this `allow` entry lets every secret of these tools pass", "name the detectors that are wrong about them")
        }
        if !fingerprints.isEmpty, !hasKey {
            add(
                "this `allow` entry names fingerprints, and placeholders are made with a key of this process alone",
                "write `redaction.tenant_key_file`, so that a value has the same fingerprint tomorrow")
        }
        for glob in self.detectors {
            if let remedy = Self.unknown(glob, detectors) {
                add(
                    "this `allow` entry names \(Fault.quote(String(decoding: glob.pattern, as: UTF8.self))), and no detector is called so",
                    remedy)
            }
        }
        return advice
    }

    /// What to write instead of a pattern that no detector matches; nil where one does.
    private static func unknown(_ glob: Glob, _ detectors: DetectorSet) -> String? {
        let names = detectors.sourceNames
        if names.contains(where: { glob.matches(Array($0.utf8).span) }) { return nil }
        let pattern = String(decoding: glob.pattern, as: UTF8.self)
        let ofKind = detectors.detectors.filter { $0.kind == pattern }.map(\.id)
        if !ofKind.isEmpty { return "it is what placeholders show of \(ofKind.joined(separator: ", "))" }
        return Spelling.nearest(to: pattern, among: names).map { "is `\($0)` meant?" } ?? "see what `louver redact --explain` names"
    }
}
