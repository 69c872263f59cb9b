import Policy
import YAML

/// `louver policy check`.
enum PolicyCheckCommand {
    static let command = Command(
        name: "policy check", summary: "read policy files and say what is wrong or most likely not meant", operands: "FILE...",
        flags: [.policies, Flag("--strict", "end with status 1 when anything is worth a warning")],
        text: """
            Reads each policy with the packs it extends and the profile of its server. Faults end the check; warnings name rules that can
            never decide, tools the server does not have, and writing tools that everybody may use.
            """,
        examples: [
            ("louver policy check policy.yaml", "before a commit"),
            ("louver policy check --strict policies/*.yaml", "in CI"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy check", terminal) else { return .usage }
        var warnings = 0
        for (file, policy) in loaded {
            let advice = policy.advice()
            warnings += advice.count
            for fault in advice { terminal.print(terminal.styled("warning: ", .yellow) + fault.description) }
            let hash = String(decoding: policy.hash.prefix(12), as: UTF8.self)
            terminal.print(
                "\(file): \(terminal.styled("good", .green)), policy \(policy.name), \(policy.ruleIDs.count) rules, hash \(hash)")
        }
        return arguments.has("--strict") && warnings > 0 ? .failure : .success
    }
}
