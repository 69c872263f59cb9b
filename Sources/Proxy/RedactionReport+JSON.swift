import Core
import JSON
import Redaction

extension RedactionReport {
    /// Appends the members of `_meta` that tell a client what was removed, `{kind: count}`, and what passed by an entry of `allow`,
    /// `{detector: count}`; nothing where nothing was found.
    func writeMembers(into out: inout ByteBuffer) {
        if !isUnchanged {
            out.append("\"io.louver/redactions\":{")
            var isFirst = Self.write(counts, into: &out)
            for (name, count) in [("number", numbers), ("withheld", withheld)] where count > 0 {
                Self.write(name, count, &isFirst, into: &out)
            }
            out.append("}")
        }
        if allowed.isEmpty { return }
        out.append(isUnchanged ? "\"io.louver/allowed\":{" : ",\"io.louver/allowed\":{")
        _ = Self.write(allowed, into: &out)
        out.append("}")
    }

    /// Answers whether nothing was written.
    private static func write(_ counts: [Count], into out: inout ByteBuffer) -> Bool {
        var isFirst = true
        for entry in counts { write(entry.kind, entry.count, &isFirst, into: &out) }
        return isFirst
    }

    private static func write(_ name: String, _ count: Int, _ isFirst: inout Bool, into out: inout ByteBuffer) {
        if !isFirst { out.append(",") }
        isFirst = false
        JSONText.appendString(name, to: &out)
        out.append(":")
        out.append(decimal: count)
    }
}
