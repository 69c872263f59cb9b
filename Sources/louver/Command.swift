/// One verb of the command line.
struct Command: Sendable {
    /// Its words: `check`, or `policy test`.
    let name: String
    /// What it does, in one line.
    let summary: String
    /// What may follow its flags, such as `FILE...`; empty for nothing.
    let operands: String
    /// Its flags.
    let flags: [Flag]
    /// What a reader of its help page should know beyond the flags.
    let text: String
    /// Lines to copy, each with what it does.
    let examples: [(line: String, meaning: String)]
    /// Runs it.
    let run: @Sendable (Arguments, Terminal) -> ExitCode

    /// The words of its name.
    var words: [String] { name.split(separator: " ").map(String.init) }
}
