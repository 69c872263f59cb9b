/// The three literal names (RFC 8259 section 3).
enum Literal {
    case `true`, `false`, null

    /// How it is written.
    var text: StaticString {
        switch self {
        case .true: "true"
        case .false: "false"
        case .null: "null"
        }
    }
}
