extension NodeReader {
    /// Reads a nested mapping and reports its unknown keys; nil when the key is absent or no mapping.
    @discardableResult
    public func mapping<R>(_ key: String, _ body: (NodeReader) -> R) -> R? {
        guard let node = node(key) else { return nil }
        return nested(node, name(of: key), step: key, body)
    }

    /// Reads a required nested mapping; nil after a fault.
    @discardableResult
    public func requiredMapping<R>(_ key: String, example: String = "", _ body: (NodeReader) -> R) -> R? {
        guard has(key) else {
            missing(key, example: example)
            return nil
        }
        return mapping(key, body)
    }

    /// Reads a list of mappings; empty when the key is absent or misread. `body` is told the index, from 0.
    public func list<R>(_ key: String, _ body: (NodeReader, Int) -> R) -> [R] {
        elements(key).enumerated().compactMap { index, element in
            nested(element, "\(name(of: key))[\(index)]", step: "\(key)[]") { body($0, index) }
        }
    }

    /// Reads a mapping from names the author chose to mappings, in the order written; empty when the key is absent or misread.
    public func named<R>(_ key: String, _ body: (_ name: String, NodeReader) -> R) -> [R] {
        guard let node = node(key) else { return [] }
        guard let entries = node.entries else {
            faults.add(file, node.mark, "`\(name(of: key))` must be a mapping of names to their settings, not \(node.kindName)")
            return []
        }
        return entries.compactMap { entry in
            nested(entry.value, "\(name(of: key)).\(entry.name)", step: "\(key).*") { body(entry.name, $0) }
        }
    }

    /// A list of texts, none of them empty; the default when the key is absent. With `orOne` a single text stands for a list of it.
    public func strings(_ key: String, default otherwise: [String] = [], orOne: Bool = false) -> [String] {
        if orOne, let node = node(key), node.scalar != nil, node.scalar?.kind != .null {
            return convert(node, name: name(of: key)) { Self.text($0) }.map { [$0] } ?? []
        }
        guard has(key) else { return otherwise }
        return elements(key).enumerated().compactMap { index, element in
            convert(element, name: "\(name(of: key))[\(index)]") { Self.text($0) }
        }
    }

    /// A list of an enumeration's raw values; the default when the key is absent.
    public func choices<E: RawRepresentable & CaseIterable>(_ key: String, default otherwise: [E] = []) -> [E] where E.RawValue == String {
        guard has(key) else { return otherwise }
        return elements(key).enumerated().compactMap { index, element in
            convert(element, name: "\(name(of: key))[\(index)]") { Self.choice($0) }
        }
    }

    /// The nodes of a list; empty when the key is absent, and after the fault of another kind of value.
    public func elements(_ key: String) -> [YAMLNode] {
        guard let node = node(key) else { return [] }
        if let elements = node.elements { return elements }
        faults.add(file, node.mark, "`\(name(of: key))` must be a list, not \(node.kindName)", remedy: Self.listAdvice(key, node))
        return []
    }

    private static func listAdvice(_ key: String, _ node: YAMLNode) -> String {
        guard let scalar = node.scalar, scalar.kind != .null, scalar.text.unicodeScalars.count <= 40 else { return "" }
        return "write instead: `\(key): [\(scalar.text)]`"
    }

    private func nested<R>(_ node: YAMLNode, _ path: String, step: String, _ body: (NodeReader) -> R) -> R? {
        guard let reader = nested(node, path: path, step: step) else { return nil }
        let result = body(reader)
        reader.finish()
        return result
    }
}
