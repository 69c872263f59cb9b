import Policy

/// `louver policy diff`.
enum PolicyDiffCommand {
    static let command = Command(
        name: "policy diff", summary: "tell which verdicts change from one policy to another", operands: "OLD NEW",
        flags: [
            Flag("--replay", value: "FILE", "an audit log: tell which of its decisions under OLD would be others under NEW"), .policies,
        ],
        text: """
            Holds every principal of either policy against every tool, prompt, resource and method that either speaks about. A line begins
            with `+` where more is allowed, `-` where less, and `~` where the conditions are others. The exit status is 1 when anything
            changes.

            With `--replay` it counts the decisions of an audit log instead. A line names the rule and the object, not the caller's
            groups, and only the arguments that the configuration names for it: what it does not decide is counted as undecided.
            """,
        examples: [
            ("louver policy diff old.yaml new.yaml", "before a reload"),
            ("louver policy diff old.yaml new.yaml --replay audit.jsonl", "what would it have meant last week?"),
            ("git show main:policy.yaml > old.yaml && louver policy diff old.yaml policy.yaml", "in a review"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let loaded = PolicyArguments.load(arguments, "policy diff", terminal) else { return .usage }
        guard loaded.count == 2 else {
            terminal.fault("louver policy diff: name two policies", remedy: "write, for example: louver policy diff old.yaml new.yaml")
            return .usage
        }
        if let file = arguments.value("--replay") {
            return replay(file, PolicyReplay(from: loaded[0].policy, to: loaded[1].policy), terminal)
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

    private static func replay(_ file: String, _ replay: PolicyReplay, _ terminal: Terminal) -> ExitCode {
        var counts: [(outcome: PolicyReplay.Outcome, words: String, count: Int)] = [
            (.same, "alike", 0), (.opened, "now allowed", 0), (.closed, "now denied", 0),
            (.undecided, "undecided: the line says too little", 0),
            (.foreign, "not decided by the old policy", 0),
        ]
        let isRead = AuditFile.forEachLine(file, terminal) { line, number in
            let outcome = replay.judge(line)
            for at in counts.indices where counts[at].outcome == outcome { counts[at].count += 1 }
            if outcome == .opened || outcome == .closed {
                terminal.print("\(outcome == .opened ? "+" : "-") \(file):\(number): \(PolicySet.quote(PolicyReplay.title(line)))")
            }
        }
        guard isRead else { return .usage }
        for entry in counts { terminal.print("\(entry.count) \(entry.words)") }
        return counts[1].count + counts[2].count == 0 ? .success : .failure
    }
}
