import Glibc

/// Where a verb writes, and whether it may use colours there.
struct Terminal: Sendable {
    /// A way to set words apart.
    enum Style: String, Sendable {
        case bold = "1"
        case red = "1;31"
        case yellow = "33"
        case green = "32"
        case faint = "2"
    }

    /// Whether standard output shows colours.
    let isOutputStyled: Bool
    /// Whether standard error shows colours.
    let isErrorStyled: Bool
    /// Whether somebody watches standard error.
    let isErrorTerminal: Bool
    /// Whether a line of standard error can be written over.
    let canRedraw: Bool
    /// Whether standard output is a screen too.
    let isOutputTerminal: Bool
    /// Where text that is no line for a reader goes: what a verb makes of its input.
    let outputDescriptor: Int32
    private let output: @Sendable (String) -> Void
    private let errors: @Sendable (String) -> Void

    init(
        isOutputStyled: Bool = false, isErrorStyled: Bool = false, isOutputTerminal: Bool = false, isErrorTerminal: Bool = false,
        canRedraw: Bool = false, outputDescriptor: Int32 = STDOUT_FILENO, output: @escaping @Sendable (String) -> Void,
        errors: @escaping @Sendable (String) -> Void
    ) {
        self.isOutputStyled = isOutputStyled
        self.isErrorStyled = isErrorStyled
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.canRedraw = canRedraw
        self.outputDescriptor = outputDescriptor
        self.output = output
        self.errors = errors
    }

    /// The process's own: colours on a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is dumb.
    static func standard() -> Terminal {
        let isDumb = Environment.value("TERM") == "dumb"
        let isPlain = Environment.value("NO_COLOR") != nil || isDumb
        let (isOutput, isError) = (isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1)
        return Terminal(
            isOutputStyled: !isPlain && isOutput, isErrorStyled: !isPlain && isError, isOutputTerminal: isOutput, isErrorTerminal: isError,
            canRedraw: isError && !isDumb, output: { _ = Descriptor.write(Array($0.utf8).span, to: STDOUT_FILENO) },
            errors: { _ = Descriptor.write(Array($0.utf8).span, to: STDERR_FILENO) })
    }

    /// Writes a line to standard output.
    func print(_ line: String) { output(line + "\n") }

    /// Writes a line to standard error.
    func error(_ line: String) { errors(line + "\n") }

    /// How many characters a line of standard error holds; 80 where nobody knows.
    var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Writes over the line of standard error that the cursor is in.
    func redraw(_ line: String) { errors("\r\u{1B}[K" + line) }

    /// Writes to standard error what is wrong and what mends it.
    func fault(_ message: String, remedy: String = "") {
        error(style(message, .red, isErrorStyled))
        if !remedy.isEmpty { error("    \(remedy)") }
    }

    /// Words for standard output, set apart where it shows colours.
    func styled(_ text: String, _ style: Style) -> String { self.style(text, style, isOutputStyled) }

    private func style(_ text: String, _ style: Style, _ isOn: Bool) -> String {
        isOn ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
