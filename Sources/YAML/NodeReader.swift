import Core

/// Typed access to one mapping that collects every fault instead of stopping at the first.
///
/// After a fault a reading function answers its default or an empty placeholder, so reading goes on; whoever builds something from what was
/// read asks `faults.isEmpty` first. Each key asked for is a known key; `finish` reports all others, with the nearest known name.
///
///     let name = reader.string("name")                                    // required
///     let timeout = reader.duration("timeout", default: .seconds(5))      // optional
///     reader.mapping("tls") { tls in … }                                  // nested; finished by itself
///     reader.finish()
public final class NodeReader {
    /// The file, as faults name it.
    public let file: String
    /// Where the faults go.
    public let faults: Faults
    /// Where the mapping stands in the file, such as `upstreams.airflow`; empty for the root.
    public let path: String
    /// Where the mapping begins.
    public let mark: YAMLMark

    private let entries: [YAMLEntry]
    private var known: [String] = []
    /// Where the mapping stands in the schema: like `path`, but `[]` for any index and `*` for any name.
    private let schemaPath: String
    private let index: KeyIndex?

    /// Reads a mapping; nil, with a fault collected, when the node is something else. `index` is told every key that is asked for.
    public convenience init?(_ node: YAMLNode, file: String, faults: Faults, path: String = "", index: KeyIndex? = nil) {
        self.init(node, file: file, faults: faults, path: path, schemaPath: path, index: index)
    }

    private init?(_ node: YAMLNode, file: String, faults: Faults, path: String, schemaPath: String, index: KeyIndex?) {
        guard let entries = node.entries else {
            let what = path.isEmpty ? "the file" : Fault.quote(path)
            faults.add(file, node.mark, "\(what) must be a mapping of keys to values, not \(node.kindName)")
            return nil
        }
        self.file = file
        self.faults = faults
        self.path = path
        self.entries = entries
        self.schemaPath = schemaPath
        self.index = index
        mark = node.mark
    }

    /// A reader of a mapping inside this one; `step` is what the schema calls the way to it, such as `upstreams.*`.
    public func nested(_ node: YAMLNode, path: String, step: String) -> NodeReader? {
        NodeReader(
            node, file: file, faults: faults, path: path, schemaPath: schemaPath.isEmpty ? step : "\(schemaPath).\(step)", index: index)
    }

    /// Reads a whole text whose root is a mapping and reports its unknown keys; nil when the text is no YAML or no mapping.
    ///
    /// The result may rest on placeholders: it counts only while `faults` is empty.
    public static func read<R>(
        _ bytes: [UInt8], file: String, faults: Faults, index: KeyIndex? = nil, _ body: (NodeReader) -> R
    ) -> R? {
        guard let root = YAMLParser.parse(bytes, file: file, into: faults) else { return nil }
        guard let reader = NodeReader(root, file: file, faults: faults, index: index) else { return nil }
        let result = body(reader)
        reader.finish()
        return result
    }

    /// The keys written, in order, with their places: for mappings whose keys are names the author chose.
    public var written: [YAMLEntry] { entries }

    /// Every key that was asked for so far, in that order.
    public var knownKeys: [String] { known }

    /// Whether the key is written, whatever its value. Makes the key known.
    public func has(_ key: String) -> Bool { node(key) != nil }

    /// The value of a key as a node, or nil when it is absent. Makes the key known.
    public func node(_ key: String) -> YAMLNode? {
        if !known.contains(key) {
            known.append(key)
            index?.add(schemaPath.isEmpty ? key : "\(schemaPath).\(key)")
        }
        return entries.first { $0.name == key }?.value
    }

    /// Where the key is written, or the start of the mapping when it is not.
    public func mark(of key: String) -> YAMLMark { entries.first { $0.name == key }?.keyMark ?? mark }

    /// The full name of a key, such as `upstreams.airflow.url`.
    public func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Adds a fault at the value of a key, or at the key's mapping when it is absent.
    public func fault(_ key: String, _ message: String, remedy: String = "") {
        faults.add(file, entries.first { $0.name == key }?.value.mark ?? mark, message, remedy: remedy)
    }

    /// Adds the fault of a required key that is absent.
    public func missing(_ key: String, example: String = "") {
        let remedy = example.isEmpty ? "" : "write, for example: `\(key): \(example)`"
        faults.add(file, mark, "`\(name(of: key))` is missing", remedy: remedy)
    }

    /// Makes a key known that has no place here, and adds a fault when it is written nevertheless.
    public func refuse(_ key: String, _ because: String, remedy: String = "remove it") {
        guard has(key) else { return }
        faults.add(file, mark(of: key), "`\(name(of: key))` has no place here: \(because)", remedy: remedy)
    }

    /// Reports every written key that nothing asked for. Call it once, after the last key was asked for.
    public func finish() {
        for entry in entries where !known.contains(entry.name) {
            let place = path.isEmpty ? "" : " in `\(path)`"
            let remedy: String
            if let near = Spelling.nearest(to: entry.name, among: known) {
                remedy = "write instead: `\(near)`"
            } else {
                remedy = known.isEmpty ? "remove it" : "known here: \(known.joined(separator: ", "))"
            }
            faults.add(file, entry.keyMark, "unknown key \(Fault.quote(entry.name))\(place)", remedy: remedy)
        }
    }
}
