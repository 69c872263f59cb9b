import Core
import JSON

/// What a rule asks of one argument.
///
/// A constraint of an allow rule must hold for every value at its place, in the very type that was written. A constraint of a deny rule
/// holds when it does for any value, and when a value has a type it cannot judge: what is not understood is refused. In both a missing
/// argument never matches.
final class Constraint: Sendable {
    /// One condition.
    enum Test: Sendable {
        /// A text that one of the patterns covers.
        case glob([Glob])
        /// A text that the expression covers.
        case regex(TextPattern)
        /// One of some values.
        case oneOf([ScalarValue])
        /// A number between two whole ones, both included.
        case range(Int64?, Int64?)
        /// Characters of a text or elements of a list.
        case length(Int, Int)
        /// A JSON type.
        case type([JSONTypeName])
        /// There, and not null.
        case required
        /// Not there, or null.
        case absent
    }

    /// Where it looks.
    let path: ArgumentPath
    /// What must hold there, all of it.
    let tests: [Test]
    /// The conditions in words, for refusals.
    let words: String

    init(path: ArgumentPath, tests: [Test], words: String) {
        self.path = path
        self.tests = tests
        self.words = words
    }

    /// Whether it holds.
    func matches(_ arguments: JSONNode?, denying: Bool) -> Bool {
        if case .absent = tests.first { return isAbsent(arguments) }
        if path.isPlain {
            guard let node = path.value(in: arguments), !(node.isNull && !acceptsNull) else { return false }
            return judge(node, denying)
        }
        var matched = 0
        var failed = 0
        path.forEach(in: arguments) { node in
            guard let node, !(node.isNull && !acceptsNull) else {
                failed += 1
                return
            }
            judge(node, denying) ? (matched += 1) : (failed += 1)
        }
        return denying ? matched > 0 : matched > 0 && failed == 0
    }

    private var acceptsNull: Bool {
        tests.contains { test in
            switch test {
            case .oneOf(let values): values.contains(.null)
            case .type(let names): names.contains(.null)
            default: false
            }
        }
    }

    private func isAbsent(_ arguments: JSONNode?) -> Bool {
        var found = false
        path.forEach(in: arguments) { node in
            if let node, !node.isNull { found = true }
        }
        return !found
    }

    /// A list is judged by its elements, unless the test is about the list itself.
    private func judge(_ node: JSONNode, _ denying: Bool) -> Bool {
        for test in tests {
            switch test {
            case .length, .type, .required, .absent:
                if !Self.holds(test, node, denying) { return false }
            case .glob, .regex, .oneOf, .range:
                if case .regex = test, node.kind == .array, Self.texts(in: node) > Limits.policyRegexTextsMax { return denying }
                if node.kind != .array {
                    if !Self.holds(test, node, denying) { return false }
                } else if !elements(of: node, satisfy: test, denying) {
                    return false
                }
            }
        }
        return true
    }

    private func elements(of node: JSONNode, satisfy test: Test, _ denying: Bool) -> Bool {
        if node.count == 0 { return false }
        var matched = 0
        node.forEachElement { element in
            // A list within the list is judged like one: nothing hides a level deeper.
            let holds = element.kind == .array ? elements(of: element, satisfy: test, denying) : Self.holds(test, element, denying)
            if holds { matched += 1 }
        }
        return denying ? matched > 0 : matched == node.count
    }

    private static func holds(_ test: Test, _ node: JSONNode, _ denying: Bool) -> Bool {
        switch test {
        case .glob(let globs):
            return node.withString { text in globs.contains { $0.matches(text) } } ?? denying
        case .regex(let pattern):
            switch node.withString({ pattern.match($0) }) {
            case .matches: return true
            case .differs: return false
            case .undecided, nil: return denying
            }
        case .oneOf(let values):
            if values.contains(where: { $0.equals(node) }) { return true }
            return denying && !values.contains { $0.isSameType(as: node) }
        case .range(let low, let high):
            if let value = node.int64 { return value >= low ?? .min && value <= high ?? .max }
            guard let value = ScalarValue.double(node) else { return denying }
            return value >= low.map(Double.init) ?? -.infinity && value <= high.map(Double.init) ?? .infinity
        case .length(let low, let high):
            guard let length = length(of: node) else { return denying }
            return length >= low && length <= high
        case .type(let names): return names.contains { $0.covers(node) }
        case .required: return true
        case .absent: return false
        }
    }

    /// The values in a list and the lists within it.
    private static func texts(in node: JSONNode) -> Int {
        guard node.kind == .array else { return 1 }
        var count = 0
        node.forEachElement { count += texts(in: $0) }
        return count
    }

    private static func length(of node: JSONNode) -> Int? {
        if node.kind == .array { return node.count }
        return node.withString { text in
            var count = 0
            for at in 0..<text.count where text[at] & 0xC0 != 0x80 { count += 1 }
            return count
        }
    }

    // MARK: For advice

    /// The texts that a value must be one of; nil when it may be others.
    var literals: [[UInt8]]? {
        for test in tests {
            switch test {
            case .glob(let globs):
                let texts = globs.compactMap(\.literal)
                if texts.count == globs.count { return texts }
            case .oneOf(let values):
                let texts = values.compactMap { value -> [UInt8]? in
                    if case .text(let text) = value { return text }
                    return nil
                }
                if texts.count == values.count, !texts.isEmpty { return texts }
            default: continue
            }
        }
        return nil
    }

    /// Why no value can pass all of the tests, in words; nil where some may.
    var contradiction: String? {
        var types: [JSONTypeName] = JSONTypeName.allCases
        for case .type(let names) in tests { types = names }
        // A list is judged by its elements.
        let isList = types.contains(.array)
        for test in tests where !isList {
            switch test {
            case .glob, .regex: if !types.contains(.string) { return "only texts match patterns" }
            case .range: if !types.contains(.integer), !types.contains(.number) { return "only numbers have a range" }
            case .length: if !types.contains(.string) { return "only texts and lists have a length" }
            default: continue
            }
        }
        let asksForText = tests.contains { if case .glob = $0 { true } else if case .regex = $0 { true } else { false } }
        let asksForNumber = tests.contains { if case .range = $0 { true } else { false } }
        return asksForText && asksForNumber ? "a text has no range" : nil
    }
}
