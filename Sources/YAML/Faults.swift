import Core

/// Collects the faults of one check, over any number of files, so that all of them are told at once.
public final class Faults {
    private var kept: [Fault] = []

    /// Faults that came after `Limits.faultsMax` and were only counted.
    public private(set) var dropped = 0

    /// Makes an empty collection.
    public init() {}

    /// Whether nothing is wrong.
    public var isEmpty: Bool { kept.isEmpty }

    /// How many faults were added.
    public var count: Int { kept.count + dropped }

    /// Adds a fault, unless the very same one is there.
    public func add(_ fault: Fault) {
        if kept.contains(fault) { return }
        if kept.count < Limits.faultsMax { kept.append(fault) } else { dropped += 1 }
    }

    /// Adds a fault.
    public func add(_ file: String, _ mark: YAMLMark?, _ message: String, remedy: String = "") {
        add(Fault(file: file, at: mark, message, remedy: remedy))
    }

    /// Adds the faults of another collection.
    public func add(contentsOf other: Faults) {
        for fault in other.kept { add(fault) }
        dropped += other.dropped
    }

    /// The faults: files in the order they first came up, and within a file in reading order.
    public var all: [Fault] {
        var files: [String: Int] = [:]
        for fault in kept where files[fault.file] == nil { files[fault.file] = files.count }
        let ranked = kept.enumerated().sorted { a, b in
            let left = (files[a.element.file] ?? 0, a.element.line, a.element.column, a.offset)
            let right = (files[b.element.file] ?? 0, b.element.line, b.element.column, b.offset)
            return left < right
        }
        return ranked.map(\.element)
    }

    /// Every fault on its own lines, and how many more there were.
    public var rendered: String {
        var lines = all.map(\.description)
        if dropped > 0 { lines.append("and \(dropped) more") }
        return lines.joined(separator: "\n")
    }
}
