import Configuration
import Proxy
import YAML

/// `louver check`.
enum CheckCommand {
    static let command = Command(
        name: "check", summary: "read a configuration and everything it names, and say what is wrong or what would run", operands: "",
        flags: [.config, .policies, Flag("--offline", "ask no issuer and no token endpoint")],
        text: """
            Opens every file that `louver run` would open: certificates and keys, key sets, secrets, policies and detectors. All faults are
            told at once, each with its place and what to write instead. Issuers that publish their keys at a URL are asked for them, and
            the endpoints that tell about tokens or give them whether they answer; one that does not is told and is no fault. Nothing else
            is contacted and no port is opened: it can run in CI.
            """,
        examples: [
            ("louver check --config louver.yaml", "before a start or a reload"),
            ("louver check --offline --config deploy/louver.yaml --policies ./Policies", "in CI, with the policies of a checkout"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let file = arguments.value("--config") ?? "louver.yaml"
        let loader = SnapshotLoader(
            configuration: file, policies: arguments.value("--policies"), environment: Environment.value("LOUVER_POLICIES"))
        let faults = Faults()
        guard let snapshot = loader.load(faults) else {
            FaultReport.write(faults, terminal)
            return .usage
        }
        terminal.print(terminal.styled("\(file) is good.", .green) + " It would run like this:\n")
        for line in snapshot.summary { terminal.print(line) }
        let asked = arguments.has("--offline") ? [] : KeyProbe(asking: snapshot).warnings + EndpointProbe(asking: snapshot).warnings
        let advice = asked + snapshot.advice
        if !advice.isEmpty {
            terminal.print("\nworth knowing:")
            for line in advice { terminal.print("  \(terminal.styled("-", .yellow)) \(line)") }
        }
        return .success
    }
}
