import Core
import Policy
import YAML

/// `louver policy test`.
enum PolicyTestCommand {
    static let command = Command(
        name: "policy test", summary: "run the tests written in policy files", operands: "FILE...",
        flags: [.policies, Flag("--verbose", short: "-v", "show tests that pass, and rules that no test reaches")],
        text: """
            A policy file may say under `tests` who asks for what and what must come of it. Each is decided exactly as `louver run` would,
            at this moment's time. A file without tests fails, so that a typing error in CI is noticed.
            """,
        examples: [
            ("louver policy test policy.yaml", "in CI, after louver policy check"),
            ("louver policy test -v policy.yaml", "to see which rules no test reaches"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy test", terminal) else { return .usage }
        let isVerbose = arguments.has("--verbose")
        var failed = 0
        var passed = 0
        for (file, policy) in loaded {
            let outcomes = policy.runCases(now: .now())
            if outcomes.isEmpty {
                failed += 1
                terminal.fault("\(file): no tests are written in it", remedy: "add some under `tests`")
            }
            for outcome in outcomes {
                let test = outcome.test
                let place = "\(test.file):\(test.mark.line):\(test.mark.column)"
                if outcome.hasPassed {
                    passed += 1
                    if isVerbose { terminal.print("\(terminal.styled("ok", .green))   \(place): \(test.title)") }
                } else {
                    failed += 1
                    terminal.fault("\(place): \(test.title)", remedy: outcome.failures.joined(separator: "\n    "))
                }
            }
            if isVerbose {
                for rule in policy.uncovered(by: outcomes) {
                    terminal.print("no test reaches rule `\(String(decoding: rule, as: UTF8.self))`")
                }
            }
        }
        terminal.print(failed == 0 ? terminal.styled("\(passed) passed", .green) : "\(passed) passed, \(failed) failed")
        return failed == 0 ? .success : .failure
    }
}
