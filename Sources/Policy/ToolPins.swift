import Core
import YAML

/// The definitions of tools that somebody has looked at and accepted: a digest for each name.
public struct ToolPins: Sendable, Equatable {
    /// Digests of 32 bytes by the tool's name.
    public var digests: [[UInt8]: [UInt8]]

    /// Holds digests by name.
    public init(_ digests: [[UInt8]: [UInt8]]) { self.digests = digests }

    /// Whether a definition is the accepted one.
    public func accepts(_ name: [UInt8], _ digest: [UInt8]) -> Bool { digests[name] == digest }

    /// Reads a file of pins; nil after a fault.
    public static func read(_ bytes: [UInt8], file: String, faults: Faults) -> ToolPins? {
        let before = faults.count
        let pins = NodeReader.read(bytes, file: file, faults: faults) { reader in
            reader.formatVersion()
            _ = reader.optionalString("server")
            var digests: [[UInt8]: [UInt8]] = [:]
            reader.requiredMapping("tools", example: "{ list_dags: <64 hexadecimal digits> }") { tools in
                if tools.written.count > Limits.listEntriesMax {
                    tools.faults.add(tools.file, tools.mark, "`tools` holds more than \(Limits.listEntriesMax) pins")
                }
                for entry in tools.written {
                    let text = tools.string(entry.name)
                    guard text.utf8.count == 64, let digest = Hex.decode(Array(text.utf8)) else {
                        if !text.isEmpty {
                            tools.fault(
                                entry.name, "`tools.\(entry.name)` is no digest: \(Fault.quote(text))",
                                remedy: "let `louver policy pin` write it")
                        }
                        continue
                    }
                    digests[Array(entry.name.utf8)] = digest
                }
            }
            return ToolPins(digests)
        }
        return faults.count == before ? pins : nil
    }

    /// The file, with the tools in order.
    public func text(server: String) -> String {
        var lines = [
            "# The definitions of tools that were looked at and accepted: a digest over name, title, description, schemas and",
            "# annotations of each. Written by `louver policy pin`. A tool that is not here, or is another by now, is hidden and refused.",
            "version: 1",
            "server: \(server)", "tools:",
        ]
        for (name, digest) in digests.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var quoted = ByteBuffer()
            YAMLText.appendQuoted(name, into: &quoted)
            lines.append("  \(String(decoding: quoted.takeAll(), as: UTF8.self)): \(String(decoding: Hex.encode(digest), as: UTF8.self))")
        }
        if digests.isEmpty { lines[lines.count - 1] = "tools: {}" }
        return lines.joined(separator: "\n") + "\n"
    }
}
