/// A named value in a log line. Never a secret, never payload.
public struct LogField: Sendable {
    /// What a field can hold.
    public enum Value: Sendable {
        /// Text.
        case text(String)
        /// Text in bytes.
        case bytes([UInt8])
        /// Text of the code.
        case word(StaticString)
        /// A number.
        case number(Int)
        /// True or false.
        case flag(Bool)
    }

    let name: StaticString
    let value: Value

    /// Makes a field.
    public init(_ name: StaticString, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// A field with text.
    public static func text(_ name: StaticString, _ text: String) -> LogField { LogField(name, .text(text)) }

    /// A field with text in bytes.
    public static func bytes(_ name: StaticString, _ bytes: [UInt8]) -> LogField { LogField(name, .bytes(bytes)) }

    /// A field with text of the code.
    public static func word(_ name: StaticString, _ word: StaticString) -> LogField { LogField(name, .word(word)) }

    /// A field with a number.
    public static func number(_ name: StaticString, _ number: Int) -> LogField { LogField(name, .number(number)) }

    /// A field that is true or false.
    public static func flag(_ name: StaticString, _ flag: Bool) -> LogField { LogField(name, .flag(flag)) }
}
