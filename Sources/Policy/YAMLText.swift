import Core
import JSON

/// Names as YAML files hold them.
enum YAMLText {
    /// Appends a name: plain where nobody could read it as anything else, otherwise in double quotes, as JSON writes it.
    static func appendQuoted(_ name: [UInt8], into out: inout ByteBuffer) {
        let isPlain =
            name.first.map { ASCII.isAlphanumeric($0) && !ASCII.isDigit($0) } ?? false
            && name.allSatisfy { ASCII.isAlphanumeric($0) || "_-./".utf8.contains($0) }
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(String(decoding: name, as: UTF8.self).lowercased())
        if isPlain { out.append(name) } else { JSONText.appendString(name.span, to: &out) }
    }
}
