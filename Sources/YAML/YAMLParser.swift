import Core

/// Reads one YAML text into a tree.
///
/// Stricter than YAML where files that decide about access must mean one thing to everybody: one document, UTF-8, no key twice, no merge
/// key, no tag but `!!str`, keys that are single values. Aliases are expanded up to `Limits.yamlNodesMax` nodes in all.
public enum YAMLParser {
    /// Parses a text; throws its first fault.
    public static func parse(_ bytes: [UInt8], file: String) throws(Fault) -> YAMLNode {
        let faults = Faults()
        if let root = parse(bytes, file: file, into: faults) { return root }
        throw faults.all.first ?? Fault(file: file, "the file cannot be read as YAML")
    }

    /// Parses a text, adding every fault found to `faults`; nil when there was one. After a fault of syntax nothing more is read.
    public static func parse(_ bytes: [UInt8], file: String, into faults: Faults) -> YAMLNode? {
        if bytes.count > Limits.yamlBytesMax {
            let bound = Notation.write(size: Limits.yamlBytesMax)
            faults.add(file, nil, "the file is larger than \(bound)", remedy: "split it into smaller files")
            return nil
        }
        if bytes.contains(0) {
            faults.add(file, nil, "the file holds NUL bytes", remedy: "save it as plain text in UTF-8")
            return nil
        }
        let found = Faults()
        let composer = YAMLComposer(file: file, faults: found)
        let root = bytes.withUnsafeBufferPointer { composer.compose($0) }
        faults.add(contentsOf: found)
        return found.isEmpty ? root : nil
    }
}
