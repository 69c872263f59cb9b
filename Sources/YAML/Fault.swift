/// Something wrong in a file: where, what, and what to write or do instead.
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as its reader named it.
    public let file: String
    /// The place, or nil when the file as a whole is meant.
    public let mark: YAMLMark?
    /// What is wrong: lower case, input in backticks, never a secret.
    public let message: String
    /// What mends it, or empty: "write instead: `listen`".
    public let remedy: String

    /// Makes a fault.
    public init(file: String, at mark: YAMLMark? = nil, _ message: String, remedy: String = "") {
        self.file = file
        self.mark = mark
        self.message = message
        self.remedy = remedy
    }

    /// The line from 1, or 0 when the file as a whole is meant.
    public var line: Int { mark?.line ?? 0 }

    /// The column from 1, or 0 when the file as a whole is meant.
    public var column: Int { mark?.column ?? 0 }

    /// `file:line:column: message`, and the remedy indented on a line of its own.
    public var description: String {
        let place = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
        return remedy.isEmpty ? "\(place): \(message)" : "\(place): \(message)\n    \(remedy)"
    }

    /// Input as a fault quotes it: in backticks, control characters as `?`, at most 60 characters.
    public static func quote(_ text: String) -> String {
        var shown = ""
        for character in text.unicodeScalars.prefix(60) {
            let isControl = character.value < 0x20 || (0x7f...0x9f).contains(character.value)
            shown.unicodeScalars.append(isControl || character == "`" ? "?" : character)
        }
        return text.unicodeScalars.count > 60 ? "`\(shown)…`" : "`\(shown)`"
    }
}
