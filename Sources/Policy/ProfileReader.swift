import Core
import YAML

/// Reads a server profile.
enum ProfileReader {
    /// Reads the whole file; nil after a fault that leaves nothing to work with.
    static func read(_ text: PolicyText, faults: Faults) -> ServerProfile? {
        NodeReader.read(text.bytes, file: text.path, faults: faults) { reader in
            reader.formatVersion()
            let name = reader.identifier("name", example: "astro-airflow-mcp")
            _ = reader.optionalString("description")
            let kinds = kinds(reader)
            let callersToken = reader.choice("callers_token", default: CallersToken.used)
            let signs = reader.texts("expired").map { Array($0.text.utf8) }
            let opaque = Set(reader.texts("opaque").map { Array($0.text.utf8) })
            let safe = safe(reader)
            let paths = paths(reader)
            var tools: [[UInt8]: ServerProfile.Tool] = [:]
            reader.requiredMapping("tools") { classes in
                for toolClass in ToolClass.allCases {
                    guard classes.has(toolClass.rawValue) else { continue }
                    classes.mapping(toolClass.rawValue) { reader in
                        for entry in reader.written {
                            let arguments = reader.texts(entry.name).map { item in
                                argument(Array(item.text.utf8), tool: entry.name, kinds, opaque)
                            }
                            let name = Array(entry.name.utf8)
                            if tools[name] != nil { reader.faults.add(reader.file, entry.keyMark, "`\(entry.name)` is listed twice") }
                            tools[name] = ServerProfile.Tool(
                                name: name, toolClass: toolClass, arguments: arguments, safe: safe[name]?.entries ?? [])
                        }
                    }
                }
            }
            check(safe, tools, reader)
            let polling = reader.texts("polling")
            for item in polling where tools[Array(item.text.utf8)] == nil {
                reader.faults.add(reader.file, item.mark, "`polling` names \(Fault.quote(item.text)), which is no tool of this server")
            }
            return ServerProfile(
                name: name, tools: tools, callersToken: callersToken, expirySigns: signs, paths: paths,
                polling: polling.map { Array($0.text.utf8) })
        }
    }

    /// What one tool is safe with, and where that is written.
    private struct Safe {
        var entries: [ForcedArguments.Entry]
        var mark: YAMLMark
    }

    private static func safe(_ reader: NodeReader) -> [[UInt8]: Safe] {
        var out: [[UInt8]: Safe] = [:]
        reader.mapping("safe") { own in
            for entry in own.written {
                guard let values = own.node(entry.name)?.entries, !values.isEmpty else {
                    reader.faults.add(
                        reader.file, entry.keyMark, "`safe.\(entry.name)` must map arguments to values",
                        remedy: "write, for example: `dry_run: true`")
                    continue
                }
                let entries = values.map {
                    ForcedArguments.Entry(name: Array($0.name.utf8), value: JSONValue.text($0.value), isDefault: true)
                }
                out[Array(entry.name.utf8)] = Safe(entries: entries, mark: entry.keyMark)
            }
        }
        return out
    }

    private static func check(_ safe: [[UInt8]: Safe], _ tools: [[UInt8]: ServerProfile.Tool], _ reader: NodeReader) {
        for (name, value) in safe {
            let tool = PolicySet.text(name)
            guard let known = tools[name] else {
                reader.faults.add(reader.file, value.mark, "`safe` names \(Fault.quote(tool)), which is no tool of this server")
                continue
            }
            for entry in value.entries where !known.arguments.contains(where: { $0.name == entry.name }) {
                reader.faults.add(reader.file, value.mark, "`\(tool)` has no argument `\(PolicySet.text(entry.name))`")
            }
        }
    }

    private static func paths(_ reader: NodeReader) -> [String] {
        reader.texts("paths").map { item in
            if item.text.utf8.first != UInt8(ascii: "/") {
                reader.faults.add(
                    reader.file, item.mark, "\(Fault.quote(item.text)) is no path", remedy: "write, for example: `/mcp`")
            }
            return item.text
        }
    }

    /// Arguments that mean something else than their name says: `name: kind` for all tools, `tool.name: kind` for one.
    private static func kinds(_ reader: NodeReader) -> [String: IdentifierKind] {
        var out: [String: IdentifierKind] = [:]
        reader.mapping("identifiers") { own in
            for entry in own.written { out[entry.name] = own.optionalChoice(entry.name) }
        }
        return out
    }

    private static func argument(
        _ name: [UInt8], tool: String, _ kinds: [String: IdentifierKind], _ opaque: Set<[UInt8]>
    ) -> ServerProfile.Argument {
        let text = String(decoding: name, as: UTF8.self)
        let kind = kinds["\(tool).\(text)"] ?? kinds[text] ?? IdentifierNames.kind(of: name.span) ?? .free
        return ServerProfile.Argument(name: name, kind: kind, isOpaque: opaque.contains(name))
    }
}
