import Core
import Glibc
import YAML

/// The program: finds the verb, reads its flags, runs it.
enum Program {
    /// Every verb, in the order help shows them.
    static let commands: [Command] = [
        RunCommand.command, CheckCommand.command, PolicyCheckCommand.command, PolicyTestCommand.command, PolicyExplainCommand.command,
        PolicyDiffCommand.command, PolicyInitCommand.command, PolicyPinCommand.command, PolicySchemaCommand.command, RedactCommand.command,
        RedactTestCommand.command, RedactEnrollCommand.command, HealthCommand.command, AuditVerifyCommand.command, AuditTailCommand.command,
        AuditStatsCommand.command, LimitsShowCommand.command, LimitsResetCommand.command, TokenInspectCommand.command,
        TokenIssueCommand.command, TokenKeysCommand.command,
        MetricsCommand.command, VersionCommand.command,
    ]

    /// Runs what the process was started with, and ends it.
    static func main() -> Never {
        // A reader that went away shows as a failed write, not as a signal.
        signal(SIGPIPE, SIG_IGN)
        let status = run(Array(CommandLine.arguments.dropFirst()), terminal: .standard())
        // Not `exit`: it would free what OpenSSL and the loops' threads still use, and a start that failed would end in a crash.
        fflush(nil)
        _exit(status.rawValue)
    }

    /// Runs a verb with its arguments.
    static func run(_ arguments: [String], terminal: Terminal) -> ExitCode {
        guard let first = arguments.first else {
            terminal.error(Help.overview(commands, terminal))
            return .usage
        }
        switch first {
        case "--help", "-h": return show(Help.overview(commands, terminal), terminal)
        case "help": return help(Array(arguments.dropFirst()), terminal)
        case "--version": return run(["version"], terminal: terminal)
        default: break
        }
        let group = group(first)
        if !group.isEmpty, arguments.count == 2, ["--help", "-h", "help"].contains(arguments[1]) {
            return show(Help.group(first, group, terminal), terminal)
        }
        guard let command = commands.filter({ arguments.starts(with: $0.words) }).max(by: { $0.words.count < $1.words.count }) else {
            return unknown(arguments, terminal)
        }
        let rest = Array(arguments.dropFirst(command.words.count))
        if rest.contains("--help") || rest.contains("-h") { return show(Help.page(command, terminal), terminal) }
        switch Arguments.parse(rest, command) {
        case .success(let parsed): return command.run(parsed, terminal)
        case .failure(let fault):
            terminal.fault("louver \(command.name): \(fault.message)", remedy: fault.remedy)
            if !fault.remedy.contains("--help") { terminal.error("Try `louver \(command.name) --help`.") }
            return .usage
        }
    }

    private static func show(_ text: String, _ terminal: Terminal) -> ExitCode {
        terminal.print(text)
        return .success
    }

    private static func help(_ words: [String], _ terminal: Terminal) -> ExitCode {
        if words.isEmpty { return show(Help.overview(commands, terminal), terminal) }
        if words.count == 1, !group(words[0]).isEmpty { return show(Help.group(words[0], group(words[0]), terminal), terminal) }
        guard let command = commands.first(where: { $0.words == words }) else { return unknown(words, terminal) }
        return show(Help.page(command, terminal), terminal)
    }

    /// The verbs that share a first word; none where the word is a verb itself.
    private static func group(_ word: String) -> [Command] {
        commands.contains { $0.name == word } ? [] : commands.filter { $0.words.count > 1 && $0.words[0] == word }
    }

    private static func unknown(_ words: [String], _ terminal: Terminal) -> ExitCode {
        let group = group(words[0])
        if !group.isEmpty {
            let verbs = group.map { $0.words[1] }.joined(separator: ", ")
            let near = words.count > 1 ? Spelling.nearest(to: words[1], among: group.map { $0.words[1] }) : nil
            terminal.fault(
                words.count > 1 ? "louver \(words[0]) has no verb \(Fault.quote(words[1]))" : "louver \(words[0]) needs a verb",
                remedy: near.map { "did you mean `louver \(words[0]) \($0)`?" }
                    ?? "write one of \(verbs); `louver \(words[0]) --help` explains them")
            return .usage
        }
        let near = Spelling.nearest(to: words[0], among: Set(commands.map { $0.words[0] }).sorted())
        terminal.fault(
            "louver has no verb \(Fault.quote(words[0]))", remedy: near.map { "did you mean `louver \($0)`?" } ?? "see `louver --help`")
        return .usage
    }
}
