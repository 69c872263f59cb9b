import Core
import TestSupport

/// Secrets in disguise: coloured, split, encoded.
public enum DisguisedCases {
    /// The techniques, with whether one is counted apart as hard.
    public static let techniques: [String] = [
        "ansi-inside", "ansi-around", "ansi-literal", "ansi-u001b", "ansi-033", "zero-width", "soft-hyphen", "bidi", "joiner", "tags",
        "selectors",
        "full-width", "homoglyph", "nul", "c1-control", "overstrike", "utf16", "wrap-80", "wrap-yaml", "wrap-log-lines", "wrap-events",
        "concat-plus", "concat-operator", "concat-call", "concat-implicit", "shell-continuation", "crlf", "pem-spaces", "pem-no-end",
        "pem-no-begin", "u-escape",

        "json-three", "percent-some", "percent-all", "percent-double", "entities", "base64", "base64-json", "base64-uri", "base64-url",
        "base64-double", "base64-wrapped", "base32", "base32-lower", "hex", "hex-0x", "hex-0x-inside", "x-escape",
    ]

    private struct Plant {
        let token: String
        let secret: String
    }

    /// Cases for every technique.
    public static func cases(seed: UInt64, each: Int = 12) -> [CorpusCase] {
        var random = SeededGenerator(seed: seed)
        var out: [CorpusCase] = []
        for technique in techniques {
            for _ in 0..<each { if let made = make(technique, &random) { out.append(made) } }
        }
        return out
    }

    private static func plant(_ random: inout SeededGenerator) -> Plant {
        let body = random.token(36)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Plant(token: "gh" + "p_" + body, secret: body)
        case 1:
            let slack = random.digits(12) + "-" + random.digits(12) + "-" + random.token(24)
            return Plant(token: "xo" + "xb-" + slack, secret: slack)
        case 2:
            let key = random.text(16, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            return Plant(token: "AK" + "IA" + key, secret: key)
        default:
            let long = random.token(40)
            return Plant(token: "gl" + "pat-" + long, secret: long)
        }
    }

    private static func make(_ technique: String, _ random: inout SeededGenerator) -> CorpusCase? {
        let planted = plant(&random)
        let token = planted.token
        let middle = token.index(token.startIndex, offsetBy: Int.random(in: 5..<token.count - 5, using: &random))
        let head = String(token[..<middle])
        let tail = String(token[middle...])
        let password = random.token(16)
        func planting(_ text: String, _ secrets: [String]? = nil) -> CorpusCase {
            CorpusCase(.disguised, technique, text, secrets ?? [planted.secret])
        }
        if let text = hidden(technique, head, tail, token) { return planting("using \(text) now") }
        if let text = split(technique, head, tail, &random) { return planting(text) }
        if let (text, secrets) = keyFile(technique, &random) { return planting(text, secrets) }
        return encoded(technique, planted, password, &random).map { planting($0.0, $0.1) }
    }

    private static func between(_ text: String, _ mark: String, every: Int = 5) -> String {
        var out = ""
        for (index, letter) in text.enumerated() {
            if index > 0, index % every == 0 { out += mark }
            out.append(letter)
        }
        return out
    }

    private static func hidden(_ technique: String, _ head: String, _ tail: String, _ token: String) -> String? {
        switch technique {
        case "ansi-inside": return head + "\u{1b}[0m\u{1b}[1;31m" + tail
        case "ansi-around": return "\u{1b}[31m\(token)\u{1b}[0m"
        case "ansi-literal": return head + "\\x1b[0m" + tail
        case "ansi-u001b": return head + "\\u001b[31m" + tail + "\\u001b[0m"
        case "ansi-033": return head + "\\033[0m" + tail
        case "zero-width": return between(token, "\u{200B}")
        case "soft-hyphen": return between(token, "\u{AD}")
        case "bidi": return "\u{202E}" + between(token, "\u{2066}") + "\u{202C}"
        case "joiner": return between(token, "\u{200D}\u{2060}")
        case "tags": return between(token, "\u{E007F}")
        case "selectors": return between(token, "\u{FE0F}")
        case "full-width":
            return String(String.UnicodeScalarView(token.unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 }))
        case "homoglyph":
            let swaps: [Character: Character] = ["a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "A": "А", "K": "К", "I": "І"]
            return String(token.prefix(4).map { swaps[$0] ?? $0 }) + token.dropFirst(4)
        case "nul": return between(token, "\0")
        case "c1-control": return between(token, "\u{8D}")
        case "overstrike": return token.map { "\($0)\u{8}\($0)" }.joined()
        case "utf16": return token.map { "\($0)\0" }.joined()
        case "u-escape": return token.unicodeScalars.map { "\\u00" + (String($0.value, radix: 16)) }.joined()
        case "x-escape": return token.unicodeScalars.map { "\\x" + String($0.value, radix: 16) }.joined()
        case "percent-all": return token.unicodeScalars.map { "%" + String($0.value, radix: 16).uppercased() }.joined()
        case "percent-some":
            return token.enumerated().map { $0 % 3 == 1 ? "%" + String($1.unicodeScalars.first?.value ?? 0, radix: 16) : String($1) }
                .joined()
        case "percent-double": return token.unicodeScalars.map { "%25" + String($0.value, radix: 16) }.joined()
        case "entities": return token.unicodeScalars.map { "&#\($0.value);" }.joined()
        case "json-three": return "{\\\\\\\"a\\\\\\\": \\\\\\\"x\\\\\\\\n\(token)\\\\\\\"}"
        default: return nil
        }
    }

    private static func split(_ technique: String, _ head: String, _ tail: String, _ random: inout SeededGenerator) -> String? {
        let pad = "INFO - a line that is filled up to the width of the terminal it came from, then "
        switch technique {
        case "wrap-80": return String(pad.suffix(79 - head.count)) + " " + head + "\n" + tail + " and on"
        case "wrap-yaml": return "    token_file: \(head)\n      \(tail)\n    next: 1"
        case "wrap-log-lines":
            return "[\(random.stamp())] {subprocess.py:93} INFO - \(head)\n[\(random.stamp())] {subprocess.py:93} INFO - \(tail)\n"
        case "wrap-events":
            return
                """
                {\"timestamp\":\"\(random.stamp())\",\"event\":\"\(head)\",\"level\":\"info\"}\n{\"timestamp\":\"\(random.stamp())\",\
                \"event\":\"\(tail)\",\"level\":\"info\"}
                """
        case "concat-plus": return "value = '\(head)' + '\(tail)'"
        case "concat-operator": return "x = '\(head)' \(random.pick([".", "&", "||"])) '\(tail)';"
        case "concat-call": return "CONCAT('\(head)', '\(tail)')"
        case "concat-implicit": return "{'a': '\(head)'\n      '\(tail)'}"
        case "shell-continuation": return "run --auth \(head)\\\n\(tail) --x"
        case "crlf": return "a \(head)\r\n\(tail)\r\n"
        default: return nil
        }
    }

    private static func keyFile(_ technique: String, _ random: inout SeededGenerator) -> (String, [String])? {
        let lines = StructureCases.keyLines(&random)
        let begin = "-----BEGIN PRIVATE KEY-----"
        let end = "-----END PRIVATE KEY-----"
        switch technique {
        case "pem-spaces": return (([begin] + lines + [end]).joined(separator: " "), lines)
        case "pem-no-end": return (([begin] + lines.dropLast()).joined(separator: "\n"), Array(lines.dropLast()))
        case "pem-no-begin": return ((lines.dropFirst() + [end]).joined(separator: "\n"), Array(lines.dropFirst()))
        default: return nil
        }
    }

    private static func base64(_ text: String) -> String { String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) }

    private static func base32(_ text: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var out = ""
        var word = 0
        var bits = 0
        for byte in text.utf8 {
            word = (word << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(letters[word >> bits & 31])
            }
        }
        if bits > 0 { out.append(letters[word << (5 - bits) & 31]) }
        return out
    }

    private static func encoded(
        _ technique: String, _ planted: Plant, _ password: String, _ random: inout SeededGenerator
    ) -> (String, [String])? {
        let token = planted.token
        let json = "{\"user\": \"svc\", \"password\": \"\(password)\"}"
        let uri = "postgresql://svc:\(password)@warehouse.internal:5432/x"
        switch technique {
        case "base64": return ("payload \(base64("token=" + token)) end", [planted.secret])
        case "base64-json": return ("config: \(base64(json))", [password])
        case "base64-uri": return ("conn \(base64(uri))", [password])
        case "base64-url":
            let url = String(decoding: Base64.encode(Array(json.utf8), .url), as: UTF8.self)
            return ("state=\(url)&x=1", [password])
        case "base64-double": return ("d=\(base64(base64(json)))", [password])
        case "base64-wrapped":
            let whole = Array(base64("# settings\n" + json + "\nurl = " + uri + "\n" + random.name() + " = 1\n"))
            let lines = stride(from: 0, to: whole.count, by: 76).map { String(whole[$0..<min($0 + 76, whole.count)]) }
            return (lines.joined(separator: "\n"), [password])
        case "base32": return ("b32 \(base32(json))", [password])
        case "base32-lower": return ("b32 \(base32(json).lowercased()) end", [password])
        case "hex": return ("hex \(Hex.encode(Array(json.utf8)).map { String(Unicode.Scalar($0)) }.joined())", [password])
        case "hex-0x-inside":
            return ("x=0x\(Hex.encode(Array(token.utf8)).map { String(Unicode.Scalar($0)) }.joined()) y", [planted.secret])
        case "hex-0x":
            return ("0x\(Hex.encode(Array(("key=" + token).utf8)).map { String(Unicode.Scalar($0)) }.joined())", [planted.secret])
        default: return nil
        }
    }
}
