/// Where lines go.
public enum LineDestination: Sendable, Equatable, CustomStringConvertible {
    /// Standard output.
    case standardOutput
    /// Standard error.
    case standardError
    /// A file that is appended to, made with mode 0640 when it is absent, and opened again on `reopen`.
    case file(String)

    /// The path, `stdout` or `stderr`.
    public var description: String {
        switch self {
        case .standardOutput: "stdout"
        case .standardError: "stderr"
        case .file(let path): path
        }
    }
}
