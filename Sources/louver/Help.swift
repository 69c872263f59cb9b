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

    /// The page of verbs that share a first word.
    static func group(_ word: String, _ commands: [Command], _ terminal: Terminal) -> String {
        let width = (commands.map(\.name.count).max() ?? 0) + 2
        var lines = ["usage: louver \(word) VERB [FLAGS]", ""]
        for command in commands { lines.append("  \(terminal.styled(pad(command.name, width), .bold))\(command.summary)") }
        lines += ["", "`louver \(word) VERB --help` explains a verb, with examples."]
        return lines.joined(separator: "\n")
    }

    /// The page of one verb.
    static func page(_ command: Command, _ terminal: Terminal) -> String {
        let usage = Self.usage(command)
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

    /// The words that may follow the verb, in lines of at most 100 columns.
    private static func usage(_ command: Command) -> String {
        let start = "usage: louver \(command.name)"
        var lines = [start]
        let words = command.flags.map { flag in flag.value.map { "[\(flag.name) \($0)]" } ?? "[\(flag.name)]" } + [command.operands]
        for word in words where !word.isEmpty {
            if lines[lines.count - 1].count + word.count + 1 > 100 { lines.append(String(repeating: " ", count: start.count)) }
            lines[lines.count - 1] += " " + word
        }
        return lines.joined(separator: "\n")
    }

    private static func label(_ flag: Flag) -> String {
        (flag.short.map { "\($0), " } ?? "") + flag.name + (flag.value.map { " \($0)" } ?? "")
    }

    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
