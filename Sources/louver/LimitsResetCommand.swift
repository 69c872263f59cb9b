import Core
import JSON
import Proxy
import RateLimit

/// `louver limits reset`.
enum LimitsResetCommand {
    static let command = Command(
        name: "limits reset", summary: "fill buckets again: let a caller go on whom a limit has stopped", operands: "",
        flags: LimitArguments.flags + [Flag("--all", "all buckets of everybody, where neither a caller nor a limit is named")],
        text: LimitArguments.whereText + """

            Say whose buckets, of which limit, or --all. A place under a cap is free at once, though the call that held it may still run.
            Tokens that a process has taken in advance (`lease`) and its admission buckets are not touched. In a running process the reset
            is told in the event `limits_reset`; in Redis it leaves no trace, so whoever may write there may do this.
            """,
        examples: [
            ("louver limits reset --principal 1f0c2b7a99d40e11 --limit per-user", "one caller, one limit"),
            ("louver limits reset --limit starts", "everybody's buckets of a limit that was too tight"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let isNarrow = ["--limit", "--principal", "--issuer", "--subject", "--client"].contains { arguments.has($0) }
        if isNarrow == arguments.has("--all") {
            terminal.fault(
                isNarrow ? "louver limits reset: --all is everybody's, and more is written" : "louver limits reset: nothing is named",
                remedy: "write whose buckets (--principal, or --issuer and --subject), of which limit (--limit), or --all")
            return .usage
        }
        guard let wanted = LimitArguments.read(arguments, "limits reset", terminal) else { return .usage }
        let count: Int
        switch wanted.place {
        case .redis(let redis):
            // All of a caller's buckets, also of limits that are in force no longer.
            let limits = wanted.query.limit == nil ? nil : wanted.limits
            switch LimitInquiry.reset(redis, limits, owner: wanted.query.owner) {
            case .success(let removed): count = removed
            case .failure(let failure):
                LimitArguments.tell(failure, terminal)
                return .failure
            }
        case .process(let endpoint, let token):
            guard let answer = LimitArguments.ask(endpoint, .reset(wanted.query, token), terminal) else { return .failure }
            guard let number = (try? JSONDocument.parse(Array(answer.utf8)))?.root["reset"]?.int64 else {
                terminal.fault("what answers is no Louver of this version")
                return .failure
            }
            count = Int(number)
        }
        terminal.print(arguments.has("--json") ? "{\"reset\":\(count)}" : "\(count) bucket\(count == 1 ? " is" : "s are") full again")
        return .success
    }
}
