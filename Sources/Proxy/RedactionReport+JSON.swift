import Core
import JSON
import Redaction

extension RedactionReport {
    /// Appends the members of `_meta` that tell a client what was removed, `{kind: count}`, and what passed by an entry of `allow`,
    /// `{detector: count}`; nothing where nothing was found.
    func writeMembers(into out: inout ByteBuffer) {
        if !isUnchanged {
            out.append("\"io.louver/redactions\":{")
            Self.write(told, into: &out)
            out.append("}")
        }
        if allowed.isEmpty { return }
        out.append(isUnchanged ? "\"io.louver/allowed\":{" : ",\"io.louver/allowed\":{")
        Self.write(allowed, into: &out)
        out.append("}")
    }

    private static func write(_ counts: [Count], into out: inout ByteBuffer) {
        for (index, entry) in counts.enumerated() {
            if index > 0 { out.append(",") }
            JSONText.appendString(entry.kind, to: &out)
            out.append(":")
            out.append(decimal: entry.count)
        }
    }
}
