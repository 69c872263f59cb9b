import Core

/// What a `Cache-Control` field says about how long a response is fresh (RFC 9111 section 5.2.2).
public enum CacheControl {
    /// Seconds; 0 where the response is not to be kept, or says something about it that cannot be read, which counts as stale (section
    /// 4.2.1). Nil where nothing is said.
    public static func maxAge(_ value: Span<UInt8>) -> Int? {
        var age: Int?
        var start = 0
        while start < value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            if let found = directive(value.extracting(start..<end)) { age = min(age ?? found, found) }
            start = end + 1
        }
        return age
    }

    private static func directive(_ text: Span<UInt8>) -> Int? {
        var words: [[UInt8]] = [[]]
        for at in 0..<text.count {
            switch text[at] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\""): continue
            case UInt8(ascii: "=") where words.count == 1: words.append([])
            default: words[words.count - 1].append(text[at])
            }
        }
        let word = words[0]
        let name = word.span
        if ASCII.equalsIgnoringCase(name, "no-store") || ASCII.equalsIgnoringCase(name, "no-cache") { return 0 }
        guard ASCII.equalsIgnoringCase(name, "max-age") else { return nil }
        guard words.count == 2, !words[1].isEmpty, words[1].allSatisfy(ASCII.isDigit) else { return 0 }
        // A number too large is forever, as far as anybody can tell (section 1.2.2).
        return Int(String(decoding: words[1], as: UTF8.self)) ?? .max
    }
}
