import Policy

/// `louver policy diff`.
enum PolicyDiffCommand {
    static let command = Command(
        name: "policy diff", summary: "tell which verdicts change from one policy to another", operands: "OLD NEW", flags: [.policies],
        text: """
            Holds every principal of either policy against every tool, prompt, resource and method that either speaks about. A line begins
            with `+` where more is allowed, `-` where less, and `~` where the conditions are others. The exit status is 1 when anything
            changes.
            """,
        examples: [
            ("louver policy diff old.yaml new.yaml", "before a reload"),
            ("git show main:policy.yaml > old.yaml && louver policy diff old.yaml policy.yaml", "in a review"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy diff", terminal) else { return .usage }
        guard loaded.count == 2 else {
            terminal.fault("louver policy diff: name two policies", remedy: "write, for example: louver policy diff old.yaml new.yaml")
            return .usage
        }
        let changes = PolicyDifference(from: loaded[0].policy, to: loaded[1].policy).changes
        for change in changes {
            let (sign, style): (String, Terminal.Style) =
                switch change.kind {
                case .opened: ("+", .yellow)
                case .closed: ("-", .green)
                case .altered: ("~", .bold)
                }
            terminal.print("\(terminal.styled(sign, style)) \(change.who): \(change.what): was \(change.before), is \(change.after)")
        }
        terminal.print(changes.count == 1 ? "1 verdict changes" : "\(changes.count) verdicts change")
        return changes.isEmpty ? .success : .failure
    }
}
