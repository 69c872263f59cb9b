import Core
import Testing

@testable import louver

@Suite struct ProgramTests {
    private func run(_ words: String) -> (status: ExitCode, output: String, errors: String) {
        let captured = CapturedTerminal()
        let status = Program.run(words.split(separator: " ").map(String.init), terminal: captured.terminal())
        return (status, captured.output, captured.errors)
    }

    @Test func everyVerbHasAPageThatTeaches() {
        for command in Program.commands {
            let (status, page, errors) = run("\(command.name) --help")
            #expect(status == .success)
            #expect(errors == "")
            #expect(page.hasPrefix("louver \(command.name): \(command.summary)\n\nusage: louver \(command.name)"))
            #expect(
                command.examples.allSatisfy { page.contains($0.line) && $0.line.contains("louver") }
                    && !command.examples.isEmpty)
            #expect(command.flags.allSatisfy { page.contains($0.name) && page.contains($0.help) })
            #expect(run("help \(command.name)").output == page)
            #expect(run("--help").output.contains("  \(command.name) "))
            #expect(page.split(separator: "\n").allSatisfy { $0.count <= 140 }, "\(command.name)")
        }
    }

    @Test func sayingNothingShowsTheVerbs() {
        let (status, output, errors) = run("")
        #expect(status == .usage)
        #expect(output == "")
        #expect(errors.contains("usage: louver VERB"))
        #expect(run("--help").status == .success)
        #expect(run("help").output == run("-h").output)
    }

    @Test(arguments: ["policy --help", "policy -h", "policy help", "help policy"])
    func verbsThatBelongTogetherHaveAPage(words: String) {
        let (status, page, errors) = run(words)
        #expect(status == .success)
        #expect(errors == "")
        #expect(page.hasPrefix("usage: louver policy VERB"))
        for verb in ["check", "test", "explain", "diff", "init", "pin", "schema"] { #expect(page.contains("  policy \(verb) "), "\(verb)") }
    }

    @Test func versionIsOneLine() {
        #expect(run("version").output == "louver \(Product.version)\n")
        #expect(run("--version").output == run("version").output)
    }

    @Test(arguments: [
        ("chek", "louver has no verb `chek`\n    did you mean `louver check`?\n"),
        ("frobnicate", "louver has no verb `frobnicate`\n    see `louver --help`\n"),
        (
            "policy",
            "louver policy needs a verb\n    write one of check, test, explain, diff, init, pin, schema; "
                + "`louver policy --help` explains them\n"
        ),
        ("policy tset x", "louver policy has no verb `tset`\n    did you mean `louver policy test`?\n"),
        ("check --confg x", "louver check: unknown flag `--confg`\n    did you mean --config?\nTry `louver check --help`.\n"),
        ("check --frob", "louver check: unknown flag `--frob`\n    see `louver check --help`\n"),
        ("check --config", "louver check: --config needs a value\n    write --config FILE\nTry `louver check --help`.\n"),
        ("check --config=", "louver check: --config needs a value\n    write --config FILE\nTry `louver check --help`.\n"),
        (
            "check x.yaml",
            "louver check: takes no operand, but `x.yaml` was given\n    did you mean --config x.yaml?\nTry `louver check --help`.\n"
        ),
        ("redact --report=yes", "louver redact: --report takes no value\n    write --report\nTry `louver redact --help`.\n"),
        (
            "policy test",
            "louver policy test: no policy file is named\n    write, for example: louver policy test policy.yaml\n"
        ),
    ])
    func misuseEndsWithTwoAndAWayOut(words: String, expected: String) {
        let (status, output, errors) = run(words)
        #expect(status == .usage)
        #expect(output == "")
        #expect(errors == expected)
    }

    @Test func coloursAreOnlyWhereTheyAreWanted() {
        let captured = CapturedTerminal()
        _ = Program.run(["chek"], terminal: captured.terminal(isStyled: true))
        #expect(captured.errors.hasPrefix("\u{1B}[1;31mlouver has no verb"))
        #expect(!run("chek").errors.contains("\u{1B}"))
    }
}
