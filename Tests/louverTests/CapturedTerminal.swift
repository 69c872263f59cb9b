import Core

@testable import louver

/// A terminal whose lines a test can read.
final class CapturedTerminal: Sendable {
    private struct Written: Sendable {
        var output = ""
        var errors = ""
    }

    private let written = Lock(Written())

    /// The terminal to hand to a verb.
    func terminal(isStyled: Bool = false, output: Int32 = -1) -> Terminal {
        Terminal(
            isOutputStyled: isStyled, isErrorStyled: isStyled, outputDescriptor: output,
            output: { text in self.written.withLock { $0.output += text } },
            errors: { text in self.written.withLock { $0.errors += text } })
    }

    var output: String { written.withLock { $0.output } }
    var errors: String { written.withLock { $0.errors } }
}
