import Core
import JSON
import YAML

/// Values of a policy file as JSON text: forced arguments, and the arguments and claims of tests.
enum JSONValue {
    /// Appends a YAML value: plain scalars in their YAML 1.2 type with numbers as written, everything in quotes as text.
    static func append(_ node: YAMLNode, to out: inout ByteBuffer) {
        switch node.value {
        case .scalar(let scalar): append(scalar, to: &out)
        case .sequence(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .mapping(let entries):
            out.append(UInt8(ascii: "{"))
            for (index, entry) in entries.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.appendString(entry.name, to: &out)
                out.append(UInt8(ascii: ":"))
                append(entry.value, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The JSON text of a YAML value.
    static func text(_ node: YAMLNode) -> [UInt8] {
        var out = ByteBuffer()
        append(node, to: &out)
        return out.takeAll()
    }

    /// The JSON text of a parsed value, canonical.
    static func text(_ node: JSONNode) -> [UInt8] {
        var out = ByteBuffer()
        node.write(into: &out)
        return out.takeAll()
    }

    private static func append(_ scalar: YAMLScalar, to out: inout ByteBuffer) {
        switch scalar.kind {
        case .null: out.append("null" as StaticString)
        case .bool(let value): out.append(value ? "true" as StaticString : "false" as StaticString)
        case .integer, .decimal: out.append(Array(scalar.text.utf8)[...])
        case .string: JSONText.appendString(scalar.text, to: &out)
        }
    }
}
