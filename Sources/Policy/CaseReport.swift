import YAML

/// The outcomes of the tests of any number of policies, for people and for machines.
public struct CaseReport: Sendable {
    /// Every outcome, in the order the tests were run.
    public private(set) var outcomes: [CaseOutcome] = []
    // Whether some test of any policy was decided by a rule; rules of packs are covered by whichever policy extends them.
    private var coverage: [(rule: [UInt8], isCovered: Bool)] = []
    private var places: [[UInt8]: Int] = [:]

    /// Makes an empty report.
    public init() {}

    /// Adds the outcomes of one policy.
    public mutating func add(_ policy: PolicySet, _ outcomes: [CaseOutcome]) {
        self.outcomes += outcomes
        let missed = Set(policy.uncovered(by: outcomes))
        for rule in policy.ruleIDs {
            if let at = places[rule] {
                if !missed.contains(rule) { coverage[at].isCovered = true }
            } else {
                places[rule] = coverage.count
                coverage.append((rule, !missed.contains(rule)))
            }
        }
    }

    /// How many passed.
    public var passed: Int { outcomes.count { $0.hasPassed } }

    /// How many failed.
    public var failed: Int { outcomes.count - passed }

    /// The rules no test was decided by.
    public var uncovered: [[UInt8]] { coverage.filter { !$0.isCovered }.map(\.rule) }

    /// The failures with their places, the rules without a test, and as the last line `N passed, N failed`.
    public var rendered: String {
        var lines: [String] = []
        for outcome in outcomes where !outcome.hasPassed {
            let mark = outcome.test.mark
            lines.append("\(outcome.test.file):\(mark.line):\(mark.column): \(outcome.test.title)")
            lines += outcome.failures.map { "    \($0)" }
        }
        if !uncovered.isEmpty {
            lines.append("rules that decided no test: \(uncovered.map { PolicySet.text($0) }.joined(separator: ", "))")
        }
        lines.append("\(passed) passed, \(failed) failed")
        return lines.joined(separator: "\n")
    }

    /// The report in the XML that build servers read.
    public var junit: String {
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        out += "<testsuite name=\"louver policy\" tests=\"\(outcomes.count)\" failures=\"\(failed)\">\n"
        for outcome in outcomes {
            let place = "\(outcome.test.file):\(outcome.test.mark.line)"
            out += "  <testcase classname=\"\(Self.escape(outcome.test.file))\" name=\"\(Self.escape("\(place) \(outcome.test.title)"))\""
            if outcome.hasPassed {
                out += "/>\n"
            } else {
                out += "><failure message=\"\(Self.escape(outcome.failures.joined(separator: "; ")))\"/></testcase>\n"
            }
        }
        return out + "</testsuite>\n"
    }

    private static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n", "\t": out += " "
            // XML has no way to write the other control characters.
            case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value): out += "?"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
