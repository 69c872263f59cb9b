import Core
import JSON
import Redaction

extension RedactionReport {
    /// Appends `{kind: count}` for the client to read; nothing when nothing was removed.
    func write(into out: inout ByteBuffer) {
        if isEmpty { return }
        out.append("{")
        var isFirst = true
        func put(_ name: String, _ count: Int) {
            if count == 0 { return }
            if !isFirst { out.append(",") }
            isFirst = false
            JSONText.appendString(name, to: &out)
            out.append(":")
            out.append(decimal: count)
        }
        for entry in counts { put(entry.kind, entry.count) }
        put("number", numbers)
        put("withheld", withheld)
        out.append("}")
    }
}
