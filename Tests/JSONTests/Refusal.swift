import Core
import JSON
import Testing

/// A text that must be refused, named by its fault.
struct Refusal: CustomTestStringConvertible, Sendable {
    let fault: String
    let text: [UInt8]
    let reason: JSONReason

    init(_ fault: String, _ text: String, _ reason: JSONReason) {
        self.init(fault, bytes: [UInt8](text.utf8), reason)
    }

    init(_ fault: String, bytes: [UInt8], _ reason: JSONReason) {
        self.fault = fault
        self.text = bytes
        self.reason = reason
    }

    var testDescription: String { fault }
}

extension Refusal {
    /// A string whose content is the bytes.
    static func quoted(_ content: [UInt8]) -> [UInt8] { [0x22] + content + [0x22] }

    /// Refused in requests and in replies.
    static let refusedInBoth: [Refusal] = [
        Refusal("empty text", "", .truncated),
        Refusal("only whitespace", " \n\t\r", .truncated),
        Refusal("byte order mark", bytes: [0xEF, 0xBB, 0xBF, 0x31], .byteOrderMark),
        Refusal("UTF-16", bytes: [0xFF, 0xFE, 0x31, 0x00], .unexpectedByte),
        Refusal("two values", "1 2", .trailingBytes),
        Refusal("object after object", "{}{}", .trailingBytes),
        Refusal("comma at the end", "1,", .trailingBytes),
        Refusal("closing bracket too many", "[1]]", .trailingBytes),
        Refusal("NUL after the value", bytes: [0x31, 0], .trailingBytes),
        Refusal("NUL in front", bytes: [0, 0x31], .unexpectedByte),
        Refusal("vertical tab as whitespace", bytes: [0x0B, 0x31], .unexpectedByte),
        Refusal("form feed as whitespace", bytes: [0x5B, 0x0C, 0x5D], .unexpectedByte),
        Refusal("no-break space as whitespace", "[\u{A0}1]", .unexpectedByte),
        Refusal("comment", "[1/* one */]", .unexpectedByte),
        Refusal("line comment", "1 // one", .trailingBytes),
        Refusal("single quotes", "['a']", .unexpectedByte),
        Refusal("bare word", "[abc]", .unexpectedByte),
        Refusal("capital literal", "[True]", .unexpectedByte),
        Refusal("literal cut short", "[nul]", .badLiteral),
        Refusal("literal cut by the end", "tru", .truncated),
        Refusal("literal too long", "[truee]", .unexpectedByte),
        Refusal("NaN", "[NaN]", .unexpectedByte),
        Refusal("nan", "[nan]", .badLiteral),
        Refusal("Infinity", "[Infinity]", .unexpectedByte),
        Refusal("minus Infinity", "[-Infinity]", .badNumber),
        Refusal("plus sign", "[+1]", .unexpectedByte),
        Refusal("lone minus", "[-]", .badNumber),
        Refusal("leading zero", "[01]", .badNumber),
        Refusal("minus leading zero", "[-01]", .badNumber),
        Refusal("point in front", "[.5]", .unexpectedByte),
        Refusal("point at the end", "[1.]", .badNumber),
        Refusal("point before exponent", "[1.e1]", .badNumber),
        Refusal("two points", "[1.2.3]", .badNumber),
        Refusal("empty exponent", "[1e]", .badNumber),
        Refusal("exponent of a sign", "[1e+]", .badNumber),
        Refusal("two exponents", "[1e1e1]", .badNumber),
        Refusal("fractional exponent", "[1e1.5]", .badNumber),
        Refusal("hexadecimal", "[0x1]", .unexpectedByte),
        Refusal("subtraction", "[1-2]", .badNumber),
        Refusal("thousands underscore", "[1_000]", .unexpectedByte),
        Refusal("number past the bound", "[" + String(repeating: "1", count: Limits.jsonNumberBytesMax + 1) + "]", .numberTooLong),
        Refusal("full-width digit", "[\u{FF11}]", .unexpectedByte),
        Refusal("open array", "[1", .truncated),
        Refusal("open array after comma", "[1,", .truncated),
        Refusal("trailing comma in array", "[1,]", .unexpectedByte),
        Refusal("leading comma in array", "[,1]", .unexpectedByte),
        Refusal("double comma", "[1,,2]", .unexpectedByte),
        Refusal("missing comma", "[1 2]", .unexpectedByte),
        Refusal("array closed as object", "[1}", .unexpectedByte),
        Refusal("object closed as array", "{\"a\":1]", .unexpectedByte),
        Refusal("empty array closed as object", "[}", .unexpectedByte),
        Refusal("colon in array", "[\"a\":1]", .unexpectedByte),
        Refusal("only a closing brace", "}", .unexpectedByte),
        Refusal("open object", "{", .truncated),
        Refusal("open object after key", "{\"a\"", .truncated),
        Refusal("open object after colon", "{\"a\":", .truncated),
        Refusal("open object after value", "{\"a\":1", .truncated),
        Refusal("trailing comma in object", "{\"a\":1,}", .unexpectedByte),
        Refusal("leading comma in object", "{,\"a\":1}", .unexpectedByte),
        Refusal("missing colon", "{\"a\" 1}", .unexpectedByte),
        Refusal("double colon", "{\"a\"::1}", .unexpectedByte),
        Refusal("missing value", "{\"a\":}", .unexpectedByte),
        Refusal("comma for a colon", "{\"a\",1}", .unexpectedByte),
        Refusal("number as key", "{1:1}", .unexpectedByte),
        Refusal("bare key", "{a:1}", .unexpectedByte),
        Refusal("null as key", "{null:1}", .unexpectedByte),
        Refusal("key past the bound", "{\"" + String(repeating: "k", count: Limits.jsonKeyBytesMax + 1) + "\":1}", .keyTooLong),
        Refusal("open string", "\"abc", .truncated),
        Refusal("string open after backslash", "\"abc\\", .truncated),
        Refusal("string open in escape", "\"abc\\u00", .truncated),
        Refusal("escaped closing quote", "\"abc\\\"", .truncated),
        Refusal("raw line feed", "\"a\nb\"", .controlCharacter),
        Refusal("raw tab", "\"a\tb\"", .controlCharacter),
        Refusal("raw NUL", bytes: quoted([0]), .controlCharacter),
        Refusal("raw unit separator", bytes: quoted([0x1F]), .controlCharacter),
        Refusal("unknown escape", "\"\\x41\"", .badEscape),
        Refusal("escaped apostrophe", "\"\\'\"", .badEscape),
        Refusal("capital escape", "\"\\N\"", .badEscape),
        Refusal("escaped line feed", "\"\\\n\"", .badEscape),
        Refusal("escape with three digits", "\"\\u123\"", .badEscape),
        Refusal("escape with a letter too far", "\"\\u12g4\"", .badEscape),
        Refusal("escape with a sign", "\"\\u+123\"", .badEscape),
        Refusal("capital U escape", "\"\\U0041\"", .badEscape),
        Refusal("pair with a broken second half", "\"\\ud83d\\u12x4\"", .badEscape),
        Refusal("nesting past the bound", String(repeating: "[", count: Limits.jsonDepthMax + 1), .tooDeep),
        Refusal(
            "objects past the bound", String(repeating: "{\"a\":", count: Limits.jsonDepthMax + 1), .tooDeep),
        Refusal("duplicate key", "{\"a\":1,\"a\":1}", .duplicateKey),
        Refusal("duplicate empty key", "{\"\":1,\"\":2}", .duplicateKey),
        Refusal("duplicate key by escape", "{\"abc\":1,\"a\\u0062c\":2}", .duplicateKey),
        Refusal("duplicate key, both escaped", "{\"\\u0061\":1,\"\\u0061\":2}", .duplicateKey),
        Refusal("duplicate key by escaped solidus", "{\"a/b\":1,\"a\\/b\":2}", .duplicateKey),
        Refusal("duplicate key by surrogate pair", "{\"\u{1F600}\":1,\"\\uD83D\\ude00\":2}", .duplicateKey),
        Refusal("duplicate key with NUL", "{\"\\u0000\":1,\"\\u0000\":2}", .duplicateKey),
        Refusal("duplicate key deep inside", "[[{\"x\":[{\"b\":1,\"c\":{\"b\":1},\"b\":2}]}]]", .duplicateKey),
        Refusal("duplicate key apart", "{\"a\":{\"b\":1},\"b\":{\"a\":2},\"a\":3}", .duplicateKey),
    ]

    /// Broken text: refused in requests, repaired in replies.
    static let brokenText: [Refusal] = [
        Refusal("lone continuation byte", bytes: quoted([0x80]), .invalidUTF8),
        Refusal("lead byte alone", bytes: quoted([0xC3]), .invalidUTF8),
        Refusal("lead byte before ASCII", bytes: quoted([0xE2, 0x82, 0x41]), .invalidUTF8),
        Refusal("overlong solidus", bytes: quoted([0xC0, 0xAF]), .invalidUTF8),
        Refusal("overlong quote", bytes: quoted([0xC0, 0xA2]), .invalidUTF8),
        Refusal("overlong in three bytes", bytes: quoted([0xE0, 0x80, 0xAF]), .invalidUTF8),
        Refusal("overlong in four bytes", bytes: quoted([0xF0, 0x80, 0x80, 0xAF]), .invalidUTF8),
        Refusal("encoded surrogate", bytes: quoted([0xED, 0xA0, 0x80]), .invalidUTF8),
        Refusal("encoded surrogate pair", bytes: quoted([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]), .invalidUTF8),
        Refusal("past U+10FFFF", bytes: quoted([0xF4, 0x90, 0x80, 0x80]), .invalidUTF8),
        Refusal("five-byte form", bytes: quoted([0xF8, 0x88, 0x80, 0x80, 0x80]), .invalidUTF8),
        Refusal("byte FF", bytes: quoted([0xFF]), .invalidUTF8),
        Refusal("Latin-1", bytes: quoted([0x63, 0x61, 0x66, 0xE9]), .invalidUTF8),
        Refusal("broken key", bytes: [0x7B] + quoted([0xE9]) + [0x3A, 0x31, 0x7D], .invalidUTF8),
        Refusal("high surrogate alone", "\"\\ud800\"", .loneSurrogate),
        Refusal("high surrogate before text", "\"\\uDBFFx\"", .loneSurrogate),
        Refusal("high surrogate before another escape", "\"\\ud800\\n\"", .loneSurrogate),
        Refusal("high surrogate before a letter escape", "\"\\ud800\\u0041\"", .loneSurrogate),
        Refusal("two high surrogates", "\"\\ud800\\ud800\"", .loneSurrogate),
        Refusal("low surrogate alone", "\"\\udc00\"", .loneSurrogate),
        Refusal("pair the wrong way round", "\"\\udc00\\ud800\"", .loneSurrogate),
        Refusal("lone surrogate in a key", "{\"\\ud800\":1}", .loneSurrogate),
    ]
}
