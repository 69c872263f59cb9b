import Core
import Policy
import YAML

/// `louver policy explain`.
enum PolicyExplainCommand {
    static let command = Command(
        name: "policy explain", summary: "decide one call and tell the whole reasoning, rule by rule", operands: "FILE",
        flags: [
            Flag("--call", value: "TOOL", "call a tool"), Flag("--get", value: "PROMPT", "get a prompt"),
            Flag("--read", value: "URI", "read a resource"), Flag("--subscribe", value: "URI", "subscribe to a resource"),
            Flag("--method", value: "METHOD", "any other method, such as tools/list"),
            Flag("--with", value: "JSON", "the arguments of the call"),
            Flag("--takes", value: "NAME", "an argument the server lists for the tool (may come often; else those of --with)"),
            Flag("--group", value: "NAME", "a group of the caller (may come often)"),
            Flag("--scope", value: "SCOPE", "a scope of the caller's token (may come often)"),
            Flag("--subject", value: "NAME", "who the caller is"), Flag("--client", value: "ID", "the caller's client"),
            Flag("--issuer", value: "URL", "who issued the token"), Flag("--claims", value: "JSON", "further claims of the token"),
            Flag("--certificate", value: "SHA256", "the fingerprint of the client certificate"),
            Flag("--at", value: "TIME", "when, such as 2026-12-24T10:00:00Z (default: now)"), .policies,
        ],
        text: """
            Decides exactly as `louver run` would. Shown are the principals the caller is, every rule that speaks about the method with what
            came of it, the decision, and what would be sent or said. The exit status is 0 for a call that is allowed and 1 for one that is
            not.
            """,
        examples: [
            (
                "louver policy explain policy.yaml --group analytics --call trigger_dag --with '{\"dag_id\":\"prod_eod\"}'",
                "why was that refused?"
            ),
            ("louver policy explain policy.yaml --group on-call --call pause_dag --at 2026-12-24T22:00:00Z", "and at night?"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy explain", terminal) else { return .usage }
        guard loaded.count == 1, let policy = loaded.first?.policy else {
            terminal.fault("louver policy explain: name one policy file")
            return .usage
        }
        var question = PolicyQuestion()
        question.groups = arguments.all("--group") ?? []
        question.scopes = arguments.all("--scope") ?? []
        question.subject = arguments.value("--subject")
        question.client = arguments.value("--client")
        question.issuer = arguments.value("--issuer")
        question.claims = arguments.value("--claims")
        question.certificate = arguments.value("--certificate")
        question.arguments = arguments.value("--with")
        question.takes = arguments.all("--takes")
        question.time = arguments.value("--at")
        let subjects = [
            ("--call", "tools/call"), ("--get", "prompts/get"), ("--read", "resources/read"), ("--subscribe", "resources/subscribe"),
        ]
        let asked = subjects.filter { arguments.has($0.0) }
        guard asked.count + (arguments.has("--method") ? 1 : 0) == 1 else {
            terminal.fault("louver policy explain: ask for one thing", remedy: "write one of --call, --get, --read, --subscribe, --method")
            return .usage
        }
        question.method = arguments.value("--method") ?? asked.first?.1 ?? ""
        question.name = asked.first.flatMap { arguments.value($0.0) } ?? ""
        switch policy.explain(question, now: .now()) {
        case .failure(let misuse):
            terminal.fault("louver policy explain: \(misuse.text)")
            return .usage
        case .success(let explanation):
            terminal.print(explanation.rendered)
            if case .permit = explanation.decision { return .success }
            return .failure
        }
    }
}
