import Configuration
import Core
import Policy
import Redaction
import YAML

/// `louver policy check`.
enum PolicyCheckCommand {
    static let command = Command(
        name: "policy check", summary: "read policy files and say what is wrong or most likely not meant", operands: "FILE...",
        flags: [.policies, Flag("--strict", "end with status 1 when anything is worth a warning")],
        text: """
            Reads each policy with the packs it extends and the profile of its server. Faults end the check; warnings name rules that can
            never decide, tools the server does not have, writing tools that everybody may use, and entries of `allow` that are over.
            """,
        examples: [
            ("louver policy check policy.yaml", "before a commit"),
            ("louver policy check --strict policies/*.yaml", "in CI"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy check", terminal) else { return .usage }
        guard let detectors = detectors(loaded.map(\.policy), arguments, terminal) else { return .usage }
        var warnings = 0
        for (file, policy) in loaded {
            let allow = policy.redaction.allow
            let advice = policy.advice() + (detectors.map { Allowance.advice(allow, now: .now(), detectors: $0, hasKey: true) } ?? [])
            warnings += advice.count
            for fault in advice { terminal.print(terminal.styled("warning: ", .yellow) + fault.description) }
            let hash = String(decoding: policy.hash.prefix(12), as: UTF8.self)
            terminal.print(
                "\(file): \(terminal.styled("good", .green)), policy \(policy.name), \(policy.ruleIDs.count) rules, hash \(hash)")
        }
        return arguments.has("--strict") && warnings > 0 ? .failure : .success
    }

    /// The detectors that come with Louver, where an entry of `allow` could name one; nil after a fault.
    private static func detectors(_ policies: [PolicySet], _ arguments: Arguments, _ terminal: Terminal) -> DetectorSet?? {
        if policies.allSatisfy({ $0.redaction.allow.isEmpty }) { return .some(nil) }
        guard let directory = PolicyArguments.directory(arguments, "policy check", terminal) else { return nil }
        let faults = Faults()
        let engine = RedactionLoader(policies: directory, faults: faults).engine(files: nil, tenantKeyFile: nil)
        if engine == nil { FaultReport.write(faults, terminal) }
        return engine.map { $0.detectors }
    }
}
