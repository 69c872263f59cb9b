import Core
import JSON

/// Judges what a form (`elicitation/create`) asks a person for, while it streams by: by the names of its fields, by what the form says of
/// them, by their format, and by the question itself. No rule can allow a form that asks for a secret.
///
/// A field that offers only choices, or yes and no, cannot be filled with one, so of these only the name counts.
struct FormJudge {
    /// One schema that is open.
    private struct Level {
        var key = Key.other
        var speaksOfSecrets = false
        var isChoice = false
        var takesInput = false
        var hasType = false
    }

    /// What the last key of a schema means here.
    private enum Key { case type, format, text, choice, children, other }

    private var levels: [Level] = []
    /// Whether the question, or something around the fields, speaks of a secret; and whether some field can take one.
    private var speaksOfSecrets = false
    private var takesInput = false
    private var text: [UInt8] = []
    /// Whether the form asks for a secret.
    private(set) var asksForSecret = false

    /// Forgets everything.
    mutating func reset() { self = FormJudge() }

    /// A schema begins.
    mutating func open() { levels.append(Level()) }

    /// A key of the innermost schema.
    mutating func key(_ key: Span<UInt8>) {
        guard let last = levels.indices.last else { return }
        let meaning = Self.meaning(key)
        levels[last].key = meaning
        if meaning == .choice { levels[last].isChoice = true }
        if meaning == .children { levels[last].hasType = true }
    }

    /// The name of a field.
    mutating func name(_ name: Span<UInt8>) {
        if SecretFieldName.matches(name) { asksForSecret = true }
    }

    /// A schema ends.
    mutating func close() {
        guard let level = levels.popLast() else { return }
        let takes = !level.isChoice && (level.takesInput || !level.hasType)
        if takes { takesInput = true }
        guard level.speaksOfSecrets else { return }
        if takes { asksForSecret = true } else if !level.isChoice { speaksOfSecrets = true }
    }

    /// The question that holds the form ends.
    mutating func end() {
        if speaksOfSecrets, takesInput { asksForSecret = true }
        speaksOfSecrets = false
        takesInput = false
        levels.removeAll(keepingCapacity: true)
    }

    // MARK: Texts

    mutating func beginText() { text.removeAll(keepingCapacity: true) }

    /// A piece of a text as it is written in JSON.
    mutating func addText(raw: Span<UInt8>) {
        let room = Limits.formTextBytesMax + 1 - text.count
        raw.withUnsafeBufferPointer { text.append(contentsOf: $0.prefix(room)) }
    }

    /// A text ends: that of the question itself, or one in a schema.
    mutating func endText(ofQuestion: Bool) {
        // More than anybody reads before he answers is not judged any further.
        guard text.count <= Limits.formTextBytesMax else { return asksForSecret = true }
        let quote = [UInt8(ascii: "\"")]
        let words = (try? JSONDocument.parse(quote + text + quote, dialect: .reply))?.root.string ?? text
        guard !ofQuestion, let last = levels.indices.last else {
            if SecretWords.areIn(words) { speaksOfSecrets = true }
            return
        }
        switch levels[last].key {
        case .format: if SecretWords.areIn(words) { asksForSecret = true }
        case .text: if SecretWords.areIn(words) { levels[last].speaksOfSecrets = true }
        case .type:
            levels[last].hasType = true
            if Self.inputs.contains(words) { levels[last].takesInput = true }
        case .choice, .children, .other: break
        }
    }

    private static let inputs: Set<[UInt8]> = Set(["string", "number", "integer"].map { [UInt8]($0.utf8) })

    private static func meaning(_ key: Span<UInt8>) -> Key {
        if ASCII.equals(key, "type") { return .type }
        if ASCII.equals(key, "format") || ASCII.equals(key, "contentMediaType") { return .format }
        if ASCII.equals(key, "title") || ASCII.equals(key, "description") || ASCII.equals(key, "$comment") { return .text }
        if ASCII.equals(key, "enum") || ASCII.equals(key, "const") || ASCII.equals(key, "oneOf") { return .choice }
        if ASCII.equals(key, "properties") || ASCII.equals(key, "items") || ASCII.equals(key, "anyOf") || ASCII.equals(key, "allOf")
            || ASCII.equals(key, "$ref") || ASCII.equals(key, "$defs")
        {
            return .children
        }
        return .other
    }
}
