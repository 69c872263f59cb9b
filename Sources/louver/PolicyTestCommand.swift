import Core
import Policy
import YAML

/// `louver policy test`.
enum PolicyTestCommand {
    static let command = Command(
        name: "policy test", summary: "run the tests written in policy files", operands: "FILE...",
        flags: [
            .policies, Flag("--verbose", short: "-v", "show tests that pass, and rules that no test reaches"),
            Flag("--junit", "print the XML that build servers read instead"),
        ],
        text: """
            A policy file may say under `tests` who asks for what and what must come of it. Each is decided exactly as `louver run` would,
            at this moment's time. A file without tests fails, so that a typing error in CI is noticed.
            """,
        examples: [
            ("louver policy test policy.yaml", "in CI, after louver policy check"),
            ("louver policy test -v policy.yaml", "to see which rules no test reaches"),
            ("louver policy test --junit policy.yaml > policy.xml", "for a build server"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy test", terminal) else { return .usage }
        var report = CaseReport()
        var isEmpty = false
        for (file, policy) in loaded {
            let outcomes = policy.runCases(now: .now())
            report.add(policy, outcomes)
            if outcomes.isEmpty {
                isEmpty = true
                terminal.fault("\(file): no tests are written in it", remedy: "add some under `tests`")
            }
        }
        if arguments.has("--junit") { terminal.print(report.junit) } else { show(report, isVerbose: arguments.has("--verbose"), terminal) }
        return report.failed == 0 && !isEmpty ? .success : .failure
    }

    private static func show(_ report: CaseReport, isVerbose: Bool, _ terminal: Terminal) {
        for outcome in report.outcomes {
            let mark = outcome.test.mark
            let place = "\(outcome.test.file):\(mark.line):\(mark.column): \(outcome.test.title)"
            if !outcome.hasPassed {
                terminal.fault(place, remedy: outcome.failures.joined(separator: "\n    "))
            } else if isVerbose {
                terminal.print("\(terminal.styled("ok", .green))   \(place)")
            }
        }
        if isVerbose {
            for rule in report.uncovered { terminal.print("no test reaches rule `\(String(decoding: rule, as: UTF8.self))`") }
        }
        terminal.print(terminal.styled("\(report.passed) passed, \(report.failed) failed", report.failed == 0 ? .green : .red))
    }
}
