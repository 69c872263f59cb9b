import Core
import YAML

extension Allowance {
    /// What entries are for.
    public enum Use: Sendable {
        /// The replies to calls under a policy.
        case replies
        /// JSON texts, one a line.
        case records
        /// Text that has no structure.
        case text
    }

    /// What is no fault of an entry and yet should be known: that its time is over or will be soon, that it has no end, that it names a
    /// detector, a path or a tool that there is not, that it lets everything pass.
    ///
    /// - Parameters:
    ///   - detectors: those that will look.
    ///   - hasKey: whether placeholders are made with a key from a file, so that a tag means the same tomorrow.
    public static func advice(
        _ entries: [Allowance], now: WallTime, detectors: DetectorSet, hasKey: Bool, use: Use = .replies
    ) -> [Fault] {
        entries.flatMap { $0.advice(now, detectors, hasKey) + $0.advice(use) }
    }

    /// What of it means nothing where it is used.
    private func advice(_ use: Use) -> [Fault] {
        var advice: [Fault] = []
        func add(_ message: String, _ remedy: String) { advice.append(Fault(file: file, at: mark, message, remedy: remedy)) }
        if use != .replies, !tools.isEmpty {
            add("this `allow` entry names tools, and only replies in `louver run` have one: it does nothing here", "leave `tools` out")
        }
        if use == .text, !paths.isEmpty {
            add("this `allow` entry names paths, and plain text has none: it does nothing here", "use --ndjson, or leave `paths` out")
        }
        for path in paths where use == .replies && !Self.mayBeginMessage(path) {
            let written = Fault.quote(String(decoding: path.pattern, as: UTF8.self))
            add(
                "this `allow` entry names the path \(written), where no message has text",
                "begin it with `result.`, `error.` or `params.`: `result.structuredContent.rows[].token`")
        }
        return advice
    }

    private static func mayBeginMessage(_ path: Glob) -> Bool {
        let first = path.pattern.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
        let isOpen = first.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
        return isOpen || ["result", "error", "params"].contains { first.elementsEqual($0.utf8) }
    }

    /// What is said when its time is over while it is in force.
    public var farewell: String {
        let fault = Fault(
            file: file, at: mark,
            "the time of this `allow` entry was over with \(expiry?.written ?? "its last day"): what it let pass is replaced again",
            remedy: "remove it, or decide anew how long it holds")
        return "\(fault)"
    }

    private func advice(_ now: WallTime, _ detectors: DetectorSet, _ hasKey: Bool) -> [Fault] {
        var advice: [Fault] = []
        func add(_ message: String, _ remedy: String) { advice.append(Fault(file: file, at: mark, message, remedy: remedy)) }
        if let expiry {
            let days = (expiry.end.seconds - now.seconds + 86_399) / 86_400
            if isOver(now) {
                add(
                    "the time of this `allow` entry was over with \(expiry.written): it does nothing",
                    "remove it, or decide anew how long it holds")
            } else if days <= Limits.allowanceNoticeDays {
                add(
                    "this `allow` entry ends with \(expiry.written), in \(days == 1 ? "less than a day" : "\(days) days")",
                    "remove what it is there for, or decide anew how long it holds")
            }
        } else {
            add("this `allow` entry has no end", "write the last day it holds on: `until: 2027-06-30`")
        }
        let isAnyDetector = self.detectors.isEmpty || self.detectors.contains { $0.pattern.allSatisfy { $0 == UInt8(ascii: "*") } }
        if isAnyDetector, paths.isEmpty, fingerprints.isEmpty {
            let whose = tools.isEmpty ? "" : " of these tools"
            add("this `allow` entry lets every secret\(whose) pass", "name the detectors that are wrong about them")
        }
        if !fingerprints.isEmpty, !hasKey {
            add(
                "this `allow` entry names fingerprints, and placeholders are made with a key of this process alone",
                "write `redaction.tenant_key_file`, or give --tenant-key, so that a value has the same fingerprint tomorrow")
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
