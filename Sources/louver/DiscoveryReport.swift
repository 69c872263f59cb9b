import Core
import JSON
import Redaction
import YAML

/// Writes what was found in one file, a line each: `task.log:812: github-token, 40 bytes at 53201 (k7q2mxaf): GitHub token: …`.
struct DiscoveryReport {
    private let file: String
    private let isJSON: Bool
    private let terminal: Terminal

    init(_ file: String, isJSON: Bool, _ terminal: Terminal) {
        self.file = file
        self.isJSON = isJSON
        self.terminal = terminal
    }

    /// Writes one.
    func write(_ found: Discovery) {
        if isJSON { return terminal.print(json(found)) }
        let path = found.path.isEmpty ? "" : " of \(found.path)"
        let tag = found.fingerprint.isEmpty ? "" : " (\(found.fingerprint))"
        let place = "\(found.count) bytes at \(found.offset)\(path)\(tag)"
        let name = Printable.text(Array(file.utf8))
        terminal.print("\(name):\(found.line): \(terminal.styled(found.detector, .bold)), \(place): \(found.reason)\(passing(found))")
    }

    /// By which entry it passes, where one lets it.
    private func passing(_ found: Discovery) -> String {
        guard let entry = found.allowance else { return "" }
        let end = entry.expiry.map { "until \($0.written)" } ?? "without end"
        let why = entry.why.isEmpty ? "" : " (\(Fault.quote(entry.why)))"
        return "; passes by \(entry.file):\(entry.mark.line) \(end)\(why)"
    }

    private func json(_ found: Discovery) -> String {
        var out = ByteBuffer()
        func put(_ key: StaticString, _ text: String) {
            out.append(out.isEmpty ? "{" : ",")
            JSONText.appendString(key, to: &out)
            out.append(":")
            JSONText.appendString(text, to: &out)
        }
        func put(_ key: StaticString, _ number: Int) {
            out.append(",")
            JSONText.appendString(key, to: &out)
            out.append(":")
            out.append(decimal: number)
        }
        put("file", file)
        put("line", found.line)
        put("offset", found.offset)
        put("bytes", found.count)
        if !found.path.isEmpty { put("path", found.path) }
        put("detector", found.detector)
        put("kind", found.kind)
        if !found.fingerprint.isEmpty { put("fingerprint", found.fingerprint) }
        put("reason", found.reason)
        if let entry = found.allowance { put("passes_by", "\(entry.file):\(entry.mark.line)") }
        out.append("}")
        return String(decoding: out.copy(), as: UTF8.self)
    }
}
