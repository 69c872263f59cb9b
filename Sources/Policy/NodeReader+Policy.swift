import Core
import YAML

/// What policy files write in their own ways.
extension NodeReader {
    /// A text with the place where it stands.
    struct Marked {
        var text: String
        var mark: YAMLMark
    }

    /// A list of texts, or a single one in place of a list of one; empty when absent.
    func texts(_ key: String) -> [Marked] {
        guard let node = node(key) else { return [] }
        if let scalar = node.scalar, scalar.kind != .null { return text(node, name(of: key)).map { [$0] } ?? [] }
        return elements(key).enumerated().compactMap { text($0.element, "\(name(of: key))[\($0.offset)]") }
    }

    private func text(_ node: YAMLNode, _ name: String) -> Marked? {
        guard let scalar = node.scalar, !scalar.text.isEmpty, scalar.kind != .null else {
            faults.add(file, node.mark, "`\(name)` must be a text", remedy: "")
            return nil
        }
        return Marked(text: scalar.text, mark: node.mark)
    }

    /// Patterns for names; empty when absent.
    func globs(_ key: String) -> [(glob: Glob, mark: YAMLMark)] {
        texts(key).compactMap { item in
            let bytes = Array(item.text.utf8)
            guard bytes.count <= Limits.policyPatternBytesMax else {
                faults.add(file, item.mark, "`\(name(of: key))` holds a pattern longer than \(Limits.policyPatternBytesMax) bytes")
                return nil
            }
            return (Glob(bytes), item.mark)
        }
    }

    /// A name made of letters, digits and `extra` signs; "" after a fault.
    func identifier(_ key: String, extra: String = "_.-", example: String) -> String {
        let text = string(key, example: example)
        if !text.isEmpty, !Self.isIdentifier(text, extra: extra) {
            fault(
                key, "`\(name(of: key))` cannot be \(Fault.quote(text))",
                remedy: "use letters, digits and `\(extra)`, at most \(Limits.policyNameBytesMax)")
            return ""
        }
        return text
    }

    /// Whether a text is such a name.
    static func isIdentifier(_ text: String, extra: String = "_.-") -> Bool {
        !text.isEmpty && text.utf8.count <= Limits.policyNameBytesMax
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || extra.utf8.contains($0) }
    }

    /// The version of the format, which is 1.
    func formatVersion() { _ = int("version", in: 1...1, example: "1") }
}
