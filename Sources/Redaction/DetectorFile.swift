import Core
import YAML

/// Reads detector files.
struct DetectorFile {
    let faults: Faults
    var detectors: [Detector] = []
    var kinds: [String]
    private var ids: [String: String] = [:]

    init(faults: Faults, kinds: [String]) {
        self.faults = faults
        self.kinds = kinds
    }

    /// Reads one file; faults are collected.
    mutating func read(_ bytes: [UInt8], file: String) {
        guard let root = YAMLParser.parse(bytes, file: file, into: faults) else { return }
        guard let reader = NodeReader(root, file: file, faults: faults) else { return }
        if reader.int("version", in: 1...1, example: "1") != 1 { return }
        let entries = reader.elements("detectors")
        if entries.isEmpty, !reader.has("detectors") || reader.node("detectors")?.elements != nil {
            reader.fault(
                "detectors", "no detector is in this file: it finds nothing", remedy: "write one under `detectors`, or leave the file out")
        }
        for (index, node) in entries.enumerated() {
            if detectors.count >= Limits.detectorsMax {
                reader.fault("detectors", "more than \(Limits.detectorsMax) detectors", remedy: "merge detectors of one kind")
                break
            }
            if let entry = NodeReader(node, file: file, faults: faults, path: "detectors[\(index)]") { read(entry) }
        }
        reader.finish()
    }

    private mutating func read(_ entry: NodeReader) {
        let id = entry.string("id", example: "acme-token")
        let kind = entry.string("kind", default: id)
        let about = entry.string("about", example: "Acme API token")
        let literals = entry.strings("literals", orOne: true)
        let ignoresCase = entry.bool("ignore_case", default: false)
        let pattern = entry.string("pattern", example: "acme_[A-Za-z0-9]{32}")
        let entropy = entry.optionalString("entropy")
        let isPrecise = entry.bool("precise", default: false)
        let tagsWhole = entry.bool("tag_whole", default: false)
        let marks = entry.choice("effect", default: Detector.Effect.replace) == .mark
        let search = entry.choice("search", default: Detector.Search.prefix)
        let positives = entry.strings("positives", orOne: true)
        let negatives = entry.strings("negatives", orOne: true)
        let wantsGroup = entry.optionalInt("group", in: 0...15)
        entry.finish()
        guard !id.isEmpty, !pattern.isEmpty else { return }
        if !Self.isSlug(id, longest: 64) { entry.fault("id", "`\(id)` is not lower case letters, digits and hyphens") }
        if !Self.isSlug(kind, longest: 40) {
            entry.fault("kind", "`\(kind)` is not lower case letters, digits and hyphens", remedy: "at most 40 of them")
        }
        if let other = ids.updateValue("\(entry.file):\(entry.mark(of: "id").line)", forKey: id) {
            entry.fault("id", "`\(id)` is taken in \(other)", remedy: "choose another")
        }
        if positives.isEmpty { entry.fault("positives", "no example of what it finds", remedy: "add one, such as `acme_{A-Za-z0-9:32}`") }
        if negatives.isEmpty { entry.fault("negatives", "no example of what it must leave alone", remedy: "add a near miss") }
        if literals.isEmpty {
            entry.fault("literals", "no literal: it would have to look at every byte", remedy: "add a text that every match holds")
        }
        for literal in literals where !(2...Limits.detectorLiteralBytesMax).contains(literal.utf8.count) {
            entry.fault("literals", "`\(literal)` is not 2 to \(Limits.detectorLiteralBytesMax) bytes long")
        }
        if pattern.utf8.count > Limits.detectorPatternBytesMax {
            entry.fault("pattern", "longer than \(Limits.detectorPatternBytesMax) bytes")
            return
        }
        compile(entry, pattern, isAnchored: search == .prefix) { compiled in
            let group = wantsGroup ?? min(1, compiled.groupCount)
            if group > compiled.groupCount { entry.fault("group", "the pattern has no group \(group)") }
            return Detector(
                id: id, kind: kind, about: about, literals: literals, ignoresCase: ignoresCase, pattern: pattern, group: group,
                entropy: entropy.flatMap(Self.decimal) ?? 0, isPrecise: isPrecise, tagsWhole: tagsWhole, search: search,
                positives: positives,
                negatives: negatives, marks: marks, compiled: compiled, kindIndex: 0, source: 0)
        }
        if let entropy, Self.decimal(entropy) == nil { entry.fault("entropy", "`\(entropy)` is not a number from 0 to 8") }
    }

    private mutating func compile(_ entry: NodeReader, _ pattern: String, isAnchored: Bool, _ make: (CompiledPattern) -> Detector) {
        do {
            let compiled = try CompiledPattern(pattern, isAnchored: isAnchored)
            if compiled.matchesEmpty {
                entry.fault("pattern", "it can match nothing at all", remedy: "give every part a least length")
                return
            }
            if compiled.groupCount > 15 {
                entry.fault("pattern", "more than 15 groups", remedy: "write `(?:` for groups that are not needed")
            }
            let made = make(compiled)
            detectors.append(made.placed(kind: index(of: made.kind), source: UInt16(GrammarKind.allCases.count + detectors.count)))
        } catch {
            entry.fault("pattern", "not a PCRE2 pattern: \(error.message), at offset \(error.offset)")
        }
    }

    private mutating func index(of kind: String) -> UInt16 {
        if let known = kinds.firstIndex(of: kind) { return UInt16(known) }
        kinds.append(kind)
        return UInt16(kinds.count - 1)
    }

    private static func isSlug(_ text: String, longest: Int) -> Bool {
        (2...longest).contains(text.utf8.count) && text.utf8.allSatisfy { $0 &- 0x61 < 26 || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func decimal(_ text: String) -> Double? {
        guard let value = Double(text), value >= 0, value <= 8 else { return nil }
        return value
    }
}

extension Detector {
    func placed(kind index: UInt16, source: UInt16) -> Detector {
        Detector(
            id: id, kind: kind, about: about, literals: literals, ignoresCase: ignoresCase, pattern: pattern, group: group,
            entropy: entropy,
            isPrecise: isPrecise, tagsWhole: tagsWhole, search: search, positives: positives, negatives: negatives, marks: marks,
            compiled: compiled, kindIndex: index, source: source)
    }
}
