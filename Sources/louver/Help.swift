/// Help pages.
enum Help {
    /// The page of the program: every verb in one line.
    static func overview(_ commands: [Command], _ terminal: Terminal) -> String {
        let width = (commands.map(\.name.count).max() ?? 0) + 2
        var lines = [
            "\(terminal.styled("louver", .bold)) stands between MCP clients and an Airflow MCP server: it knows who calls, asks the",
            "policy, limits, and takes secrets out of what comes back.", "", "usage: louver VERB [FLAGS]", "",
        ]
        for command in commands { lines.append("  \(terminal.styled(pad(command.name, width), .bold))\(command.summary)") }
        lines += ["", "`louver VERB --help` explains a verb, with examples."]
        return lines.joined(separator: "\n")
    }

    /// The page of one verb.
    static func page(_ command: Command, _ terminal: Terminal) -> String {
        var usage = "usage: louver \(command.name)"
        for flag in command.flags { usage += flag.value.map { " [\(flag.name) \($0)]" } ?? " [\(flag.name)]" }
        if !command.operands.isEmpty { usage += " \(command.operands)" }
        let flags = command.flags + [Flag("--help", short: "-h", "this page")]
        let width = (flags.map { label($0).count }.max() ?? 0) + 2
        var lines = ["\(terminal.styled("louver \(command.name)", .bold)): \(command.summary)", "", usage, ""]
        for flag in flags { lines.append("  \(pad(label(flag), width))\(flag.help)") }
        lines += ["", command.text, "", "examples:"]
        for example in command.examples {
            lines.append("  \(terminal.styled("# " + example.meaning, .faint))")
            lines.append("  \(example.line)")
        }
        lines += ["", "exit status: 0 when all went well, 1 when not, 2 when the command line or a file it names is wrong"]
        return lines.joined(separator: "\n")
    }

    private static func label(_ flag: Flag) -> String {
        (flag.short.map { "\($0), " } ?? "") + flag.name + (flag.value.map { " \($0)" } ?? "")
    }

    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
