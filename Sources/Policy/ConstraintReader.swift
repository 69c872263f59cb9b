import Core
import YAML

/// Reads `when`: argument paths and what must hold there.
enum ConstraintReader {
    /// Reads the constraints of a rule.
    static func read(_ reader: NodeReader) -> [Constraint] {
        guard let node = reader.node("when") else { return [] }
        guard let entries = node.entries, !entries.isEmpty else {
            reader.fault(
                "when", "`\(reader.name(of: "when"))` must map arguments to conditions", remedy: "write, for example: `dag_id: analytics_*`"
            )
            return []
        }
        if entries.count > Limits.policyConstraintsMax {
            reader.fault("when", "`\(reader.name(of: "when"))` holds more than \(Limits.policyConstraintsMax) conditions")
        }
        return entries.compactMap { entry in
            guard let path = ArgumentPath(entry.name) else {
                reader.faults.add(
                    reader.file, entry.keyMark, "\(Fault.quote(entry.name)) is no path to an argument",
                    remedy: "write a name such as `dag_id`, `conf.region` or `actions[].entities[].connection_id`")
                return nil
            }
            let tests = tests(entry, "\(reader.name(of: "when")).\(entry.name)", reader)
            return Constraint(path: path, tests: tests.map(\.0), words: words(path, tests.map(\.1)))
        }
    }

    private static func words(_ path: ArgumentPath, _ words: [String]) -> String { "`\(path.text)` \(words.joined(separator: " and "))" }

    private typealias Item = (Constraint.Test, String)

    private static func tests(_ entry: YAMLEntry, _ place: String, _ reader: NodeReader) -> [Item] {
        switch entry.value.value {
        case .scalar(let scalar): return short([scalar], entry.value, place, reader)
        case .sequence(let elements): return short(elements.compactMap(\.scalar), entry.value, place, reader, count: elements.count)
        case .mapping:
            guard let own = reader.nested(entry.value, path: place, step: "when.*") else { return [] }
            return long(own)
        }
    }

    /// A single value or a list in place of conditions: texts are patterns, everything else is compared.
    private static func short(
        _ scalars: [YAMLScalar], _ node: YAMLNode, _ place: String, _ reader: NodeReader, count: Int = 1
    ) -> [Item] {
        guard !scalars.isEmpty, scalars.count == count, !scalars.contains(where: { $0.kind == .null }) else {
            reader.faults.add(
                reader.file, node.mark, "`\(place)` must hold single values", remedy: "write a pattern, a value, or a list of them")
            return []
        }
        if scalars.allSatisfy({ $0.kind == .string }) { return [globs(scalars.map(\.text))] }
        return [oneOf(scalars)]
    }

    private static func globs(_ patterns: [String]) -> Item {
        let words = patterns.map { "`\($0)`" }.joined(separator: " or ")
        return (.glob(patterns.map { Glob(Array($0.utf8)) }), "matches \(words)")
    }

    private static func oneOf(_ scalars: [YAMLScalar]) -> Item {
        let words = scalars.map { "`\($0.text)`" }.joined(separator: ", ")
        return (.oneOf(scalars.map(ScalarValue.init)), scalars.count == 1 ? "is \(words)" : "is one of \(words)")
    }

    private static func long(_ reader: NodeReader) -> [Item] {
        var items: [Item] = []
        if reader.has("absent") {
            flag(reader, "absent")
            items.append((.absent, "is left out"))
        }
        if reader.has("required") {
            flag(reader, "required")
            items.append((.required, "is given"))
        }
        let globs = reader.globs("glob")
        if reader.has("glob"), !globs.isEmpty { items.append(self.globs(globs.map { String(decoding: $0.glob.pattern, as: UTF8.self) })) }
        if let pattern = regex(reader) {
            items.append((.regex(pattern), "matches the expression `\(reader.optionalString("regex") ?? "")`"))
        }
        if reader.has("in") {
            let scalars = reader.elements("in").compactMap(\.scalar)
            if scalars.isEmpty, reader.node("in")?.elements != nil {
                reader.fault("in", "`\(reader.name(of: "in"))` must list values", remedy: "write, for example: `in: [1, 2]`")
            }
            items.append(oneOf(scalars))
        }
        if let (low, high) = bounds(reader, "range", Int.min...Int.max) {
            items.append((.range(low.map(Int64.init), high.map(Int64.init)), "is \(text(low, high))"))
        }
        if let (low, high) = bounds(reader, "length", 0...Limits.requestBodyBytesMax) {
            items.append((.length(low ?? 0, high ?? .max), "has a length \(text(low, high))"))
        }
        let types: [JSONTypeName] =
            reader.node("type")?.scalar == nil ? reader.choices("type") : reader.optionalChoice("type").map { [$0] } ?? []
        if !types.isEmpty { items.append((.type(types), "is of type \(types.map(\.rawValue).joined(separator: " or "))")) }
        reader.finish()
        if reader.written.isEmpty {
            reader.faults.add(
                reader.file, reader.mark, "`\(reader.path)` holds no condition",
                remedy: "write glob, regex, in, range, length, type, required or absent")
        }
        if reader.has("absent"), items.count > 1 {
            reader.fault(
                "absent", "`\(reader.path)` asks for an argument that is absent and at the same time for more", remedy: "keep one of them")
        }
        return items
    }

    private static func regex(_ reader: NodeReader) -> TextPattern? {
        guard let text = reader.optionalString("regex") else { return nil }
        guard text.utf8.count <= Limits.policyPatternBytesMax else {
            reader.fault("regex", "`\(reader.name(of: "regex"))` is longer than \(Limits.policyPatternBytesMax) bytes")
            return nil
        }
        do throws(TextPattern.Refusal) { return try TextPattern(Array(text.utf8)) } catch {
            reader.fault(
                "regex", "`\(reader.name(of: "regex"))` is no regular expression: \(error.message), at character \(error.offset)",
                remedy: "see the syntax of PCRE2; the expression always covers the whole text")
            return nil
        }
    }

    private static func flag(_ reader: NodeReader, _ key: String) {
        if !reader.bool(key, default: true) {
            reader.fault(key, "`\(reader.name(of: key))` can only be true", remedy: "write true, or remove it")
        }
    }

    private static func text(_ low: Int?, _ high: Int?) -> String {
        switch (low, high) {
        case (let low?, let high?): "from \(low) to \(high)"
        case (let low?, nil): "of at least \(low)"
        case (nil, let high?): "of at most \(high)"
        case (nil, nil): "of any size"
        }
    }

    /// Two bounds as `1..10`, `..10` or `5..`.
    private static func bounds(_ reader: NodeReader, _ key: String, _ within: ClosedRange<Int>) -> (Int?, Int?)? {
        guard let written = reader.optionalString(key) else { return nil }
        let parts = written.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { String($0) ?? "" }
        if parts.count == 3, parts[1].isEmpty {
            let (low, high) = (Int(parts[0]), Int(parts[2]))
            let isSound = (low != nil || parts[0].isEmpty) && (high != nil || parts[2].isEmpty) && (low != nil || high != nil)
            let isOrdered = (low ?? within.lowerBound) <= (high ?? within.upperBound)
            if isSound, isOrdered, low.map(within.contains) ?? true, high.map(within.contains) ?? true { return (low, high) }
        }
        reader.fault(key, "`\(reader.name(of: key))` is no range: \(Fault.quote(written))", remedy: "write `1..10`, `..10` or `5..`")
        return nil
    }
}
