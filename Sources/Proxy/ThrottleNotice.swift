import Core

/// An upstream's word, inside of an answer, that Airflow or the cloud before it refuses calls because there are too many.
///
/// Amazon MWAA says `ThrottlingException: Rate exceeded`; a webserver behind a gateway says 429. Only short answers that call themselves an
/// error are looked at: a task's log may well speak of throttling.
struct ThrottleNotice {
    /// How long it asks to wait, where it says so.
    let seconds: Int?

    private static let words: [StaticString] = [
        "ThrottlingException", "TooManyRequests", "Too Many Requests", "Rate exceeded", "rate limit exceeded", "429 ",
    ]
    private static let waits: [StaticString] = ["etry-After", "etry after", "ry again in", "etryAfter"]

    init?(_ answer: Span<UInt8>) {
        guard Self.saysError(answer), Self.words.contains(where: { Self.find($0, in: answer, from: 0) != nil }) else { return nil }
        var found: Int?
        for word in Self.waits {
            guard let at = Self.find(word, in: answer, from: 0) else { continue }
            found = Self.number(in: answer, from: at + word.utf8CodeUnitCount)
            if found != nil { break }
        }
        seconds = found.map { min($0, Limits.retryAfterSecondsMax) }
    }

    /// `"isError": true`, a JSON-RPC error, or a result whose text is an object with an `error` (astro-airflow-mcp).
    private static func saysError(_ answer: Span<UInt8>) -> Bool {
        if let at = find("\"isError\"", in: answer, from: 0), let colon = find("true", in: answer, from: at), colon - at <= 12 {
            return true
        }
        return find("\"error\"", in: answer, from: 0) != nil || find("\\\"error\\\"", in: answer, from: 0) != nil
    }

    /// The first number within a few characters.
    private static func number(in text: Span<UInt8>, from: Int) -> Int? {
        var at = from
        while at < text.count, at < from + 8, !ASCII.isDigit(text[at]) { at += 1 }
        var value: Int?
        while at < text.count, ASCII.isDigit(text[at]), value ?? 0 < 100_000 {
            value = (value ?? 0) * 10 + Int(text[at] - UInt8(ascii: "0"))
            at += 1
        }
        return value.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func find(_ word: StaticString, in text: Span<UInt8>, from: Int) -> Int? {
        word.withUTF8Buffer { needle in
            guard text.count >= needle.count else { return nil }
            var at = from
            while at <= text.count - needle.count {
                var same = 0
                while same < needle.count, text[at + same] == needle[same] { same += 1 }
                if same == needle.count { return at }
                at += 1
            }
            return nil
        }
    }
}
