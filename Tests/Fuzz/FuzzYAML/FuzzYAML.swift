import Core
import FuzzSupport
import YAML

/// A file is read; its tree must keep its bounds, its marks lie inside the text, and its faults say where.
@main struct FuzzYAML {
    static func main() {
        FuzzDriver("FuzzYAML", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        let faults = Faults()
        let root = YAMLParser.parse(input.bytes, file: "f", into: faults)
        FuzzInput.require((root == nil) == !faults.isEmpty, "neither a tree nor a fault, or both")
        let lines = input.bytes.count { $0 == 0x0A || $0 == 0x0D || $0 == 0x85 || $0 == 0xA8 || $0 == 0xA9 } + 2
        for fault in faults.all {
            FuzzInput.require(fault.line <= lines, "a fault past the last line")
            _ = fault.description
        }
        guard let root else { return }
        var nodes = 0
        walk(root, lines, &nodes)
        FuzzInput.require(nodes <= Limits.yamlNodesMax, "more nodes than are allowed")
        read(root)
    }

    nonisolated private static func walk(_ node: YAMLNode, _ lines: Int, _ nodes: inout Int) {
        nodes += 1
        FuzzInput.require(node.mark.line >= 1 && node.mark.line <= lines && node.mark.column >= 1, "a mark outside the text")
        _ = node.scalar?.kind
        for element in node.elements ?? [] { walk(element, lines, &nodes) }
        var names: Set<String> = []
        for entry in node.entries ?? [] {
            FuzzInput.require(names.insert(entry.name).inserted, "a key comes twice")
            walk(entry.value, lines, &nodes)
        }
    }

    /// Every typed reading of every key, none of which may trap.
    nonisolated private static func read(_ root: YAMLNode) {
        let faults = Faults()
        guard let reader = NodeReader(root, file: "f", faults: faults) else { return }
        reader.finish()
        for fault in faults.all { _ = fault.description }
    }
}
