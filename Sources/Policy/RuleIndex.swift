import Core

/// The rules that can speak about one method: by the name of the object where it has one.
struct RuleIndex: Sendable {
    /// Rules for every name the policy or the profile knows.
    private var byName: [ByteKey: Bits] = [:]
    /// Rules with patterns, for all other names.
    private var patterns: [(glob: Glob, rule: Int)] = []
    /// Every rule for the method, whatever the name.
    private(set) var all: Bits
    private let count: Int

    init(ruleCount: Int) {
        count = ruleCount
        all = Bits(count: ruleCount)
    }

    /// Adds a rule for a method whose objects have no names.
    mutating func add(_ rule: Int) { all.insert(rule) }

    /// Adds the rules for a method whose objects have names.
    /// - Parameters:
    ///   - known: names that exist; patterns of allow rules stand for these alone when `closed`.
    mutating func add(_ rules: [(index: Int, patterns: [Glob], isAllow: Bool)], known: [[UInt8]], closed: Bool) {
        for name in known { byName[ByteKey(name)] = Bits(count: count) }
        for rule in rules {
            all.insert(rule.index)
            for name in rule.patterns.compactMap(\.literal).map(ByteKey.init) where byName[name] == nil {
                byName[name] = Bits(count: count)
            }
        }
        let knownNames = Set(known.map(ByteKey.init))
        for rule in rules {
            for glob in rule.patterns {
                if let name = glob.literal {
                    byName[ByteKey(name)]?.insert(rule.index)
                    continue
                }
                // What a deny pattern covers is denied, known or not. What a server adds is allowed only when somebody names it.
                let isOpen = !rule.isAllow || !closed
                if isOpen { patterns.append((glob, rule.index)) }
                for name in byName.keys where (isOpen || knownNames.contains(name)) && glob.matches(name.bytes.span) {
                    byName[name]?.insert(rule.index)
                }
            }
        }
    }

    /// The rules for a name. A name nobody wrote is matched against the patterns.
    func rules(for name: [UInt8]) -> Bits {
        if let found = byName[ByteKey(name)] { return found }
        var bits = Bits(count: count)
        for (glob, rule) in patterns where glob.matches(name.span) { bits.insert(rule) }
        return bits
    }
}
