/// The classes of JSON failures. The raw values are stable: metrics and audit records carry them.
public enum JSONReason: String, Sendable, CaseIterable {
    /// The text ended before its value did; an empty text too.
    case truncated
    /// A byte that the grammar of RFC 8259 does not allow where it stands.
    case unexpectedByte = "unexpected_byte"
    /// A byte order mark in front (RFC 8259 section 8.1).
    case byteOrderMark = "byte_order_mark"
    /// Something other than whitespace after the value.
    case trailingBytes = "trailing_bytes"
    /// A literal that is not `true`, `false` or `null`; `NaN` and `Infinity` among them.
    case badLiteral = "bad_literal"
    /// A number outside the grammar of RFC 8259 section 6.
    case badNumber = "bad_number"
    /// A number longer than `Limits.jsonNumberBytesMax`.
    case numberTooLong = "number_too_long"
    /// A backslash followed by what is no escape.
    case badEscape = "bad_escape"
    /// A raw control character inside a string.
    case controlCharacter = "control_character"
    /// Bytes inside a string that are not UTF-8: overlong forms, surrogates and values past U+10FFFF among them.
    case invalidUTF8 = "invalid_utf8"
    /// A `\u` escape that names half a surrogate pair.
    case loneSurrogate = "lone_surrogate"
    /// Two members of one object with the same key after unescaping.
    case duplicateKey = "duplicate_key"
    /// A key longer than `Limits.jsonKeyBytesMax`.
    case keyTooLong = "key_too_long"
    /// More members in an object, or in all open objects, than duplicates can be told among.
    case tooManyMembers = "too_many_members"
    /// Nesting past `Limits.jsonDepthMax`.
    case tooDeep = "too_deep"
    /// A text longer than a document can address.
    case tooLarge = "too_large"
    /// The receiver of the tokens refused what they say; it knows why.
    case refused
}
