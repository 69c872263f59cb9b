import Core
import Crypto
import JSON

/// A tool as a server lists it: which arguments it says it takes, and a digest over all that a model or a client goes by.
public struct ToolDefinition: Sendable, Equatable {
    /// Its name.
    public let name: [UInt8]
    /// The arguments that its `inputSchema` names, those at the top.
    public let arguments: Set<[UInt8]>
    /// Whether it says that it only reads, changes or destroys; nil where it says nothing. Never authority: what a first draft of a policy
    /// may show to a reader.
    public let saysReadOnly: Bool?
    /// SHA-256 over name, title, description, schemas and annotations, whatever the order of their members.
    public let digest: [UInt8]

    /// The members that are covered. What is not here (icons, `_meta`) a model does not read.
    private static let covered: [StaticString] = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"]

    /// Reads an entry of a list; nil when it has no name.
    public init?(_ entry: JSONNode) {
        guard entry.kind == .object, let name = entry["name"]?.string, !name.isEmpty else { return nil }
        self.name = name
        saysReadOnly = entry["annotations"]?["readOnlyHint"]?.bool
        var arguments: Set<[UInt8]> = []
        entry["inputSchema"]?["properties"]?.forEachMember { key, _ in arguments.insert(key.withUnsafeBufferPointer { [UInt8]($0) }) }
        self.arguments = arguments
        var text = ByteBuffer(capacity: 1_024)
        text.append("louver tool 1\n")
        for member in Self.covered {
            guard let value = entry[member], !value.isNull else { continue }
            text.append(member)
            text.append(UInt8(ascii: "="))
            Self.write(value, into: &text)
            text.append(UInt8(ascii: "\n"))
        }
        digest = Digest.sha256(text.readable)
    }

    /// Writes a value in the one form that all its spellings share: members by name, no white space.
    private static func write(_ node: JSONNode, into out: inout ByteBuffer) {
        switch node.kind {
        case .object:
            var members: [(key: [UInt8], value: JSONNode)] = []
            node.forEachMember { key, value in members.append((key.withUnsafeBufferPointer { [UInt8]($0) }, value)) }
            members.sort { $0.key.lexicographicallyPrecedes($1.key) }
            out.append(UInt8(ascii: "{"))
            for (at, member) in members.enumerated() {
                if at > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.appendString(member.key.span, to: &out)
                out.append(UInt8(ascii: ":"))
                write(member.value, into: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .array:
            out.append(UInt8(ascii: "["))
            var isFirst = true
            node.forEachElement { element in
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                write(element, into: &out)
            }
            out.append(UInt8(ascii: "]"))
        default: node.write(into: &out)
        }
    }
}
