import Core
import Redaction
import TestSupport

/// Scrubbing whole texts, and filling templates.
public enum Scrubbing {
    /// The text without its secrets.
    public static func scrub(_ text: String, _ engine: RedactionEngine) -> String {
        String(decoding: scrub(Array(text.utf8), TextScrubber(engine)), as: UTF8.self)
    }

    /// The text without its secrets, from a scrubber that is reset first.
    public static func scrub(_ text: [UInt8], _ scrubber: TextScrubber) -> [UInt8] {
        scrubber.reset()
        var out = ByteBuffer()
        scrubber.push(text.span, into: &out)
        scrubber.finish(into: &out)
        return out.copy()
    }

    /// Puts a value where `¤` stands and a time where `TIME` does.
    static func fill(_ context: String, _ value: String, _ random: inout SeededGenerator) -> String {
        replace(replace(context, "¤", value), "TIME", random.stamp())
    }

    /// The text with every occurrence of a part changed.
    public static func replace(_ text: String, _ part: String, _ instead: String) -> String {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < text.count {
            if at + part.count <= text.count, Array(text[at..<at + part.count]) == part {
                out += Array(instead.utf8)
                at += part.count
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
