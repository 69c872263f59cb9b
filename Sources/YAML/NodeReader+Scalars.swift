extension NodeReader {
    /// What a scalar turned out to be.
    enum Reading<Value> {
        case value(Value)
        /// What is wrong with it ("is not a duration: `5`") and what mends it.
        case misread(String, remedy: String)
    }

    // MARK: Text

    /// A required text that is not empty; "" after a fault.
    public func string(_ key: String, example: String = "") -> String {
        required(key, example, "") { Self.text($0) }
    }

    /// A text that is not empty, or the default.
    public func string(_ key: String, default otherwise: String) -> String { optional(key) { Self.text($0) } ?? otherwise }

    /// A text that is not empty, or nil when the key is absent.
    public func optionalString(_ key: String) -> String? { optional(key) { Self.text($0) } }

    /// A required file path; a relative one is meant from the directory of this file. "" after a fault.
    public func path(_ key: String, example: String = "") -> String {
        let written = string(key, example: example)
        return written.isEmpty ? "" : resolve(written)
    }

    /// A file path like `path(_:)`, or nil when the key is absent.
    public func optionalPath(_ key: String) -> String? { optionalString(key).map(resolve) }

    /// Puts the directory of this file before a relative path.
    public func resolve(_ written: String) -> String {
        guard written.utf8.first != UInt8(ascii: "/"), let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return written }
        return file[...slash] + written
    }

    // MARK: Numbers and switches

    /// A required whole number within a range; the range's lower bound after a fault.
    public func int(_ key: String, in range: ClosedRange<Int>, example: String = "") -> Int {
        required(key, example, range.lowerBound) { Self.integer($0, range) }
    }

    /// A whole number within a range, or the default.
    public func int(_ key: String, in range: ClosedRange<Int>, default otherwise: Int) -> Int {
        optional(key) { Self.integer($0, range) } ?? otherwise
    }

    /// A whole number within a range, or nil when the key is absent.
    public func optionalInt(_ key: String, in range: ClosedRange<Int>) -> Int? { optional(key) { Self.integer($0, range) } }

    /// `true` or `false`, or the default.
    public func bool(_ key: String, default otherwise: Bool) -> Bool { optional(key) { Self.bool($0) } ?? otherwise }

    /// `true` or `false`, or nil when the key is absent.
    public func optionalBool(_ key: String) -> Bool? { optional(key) { Self.bool($0) } }

    // MARK: Quantities

    /// A required duration within a range; the range's lower bound after a fault.
    public func duration(_ key: String, in range: ClosedRange<Duration> = durationRange, example: String = "5s") -> Duration {
        required(key, example, range.lowerBound) { Self.duration($0, range) }
    }

    /// A duration within a range, or the default.
    public func duration(_ key: String, in range: ClosedRange<Duration> = durationRange, default otherwise: Duration) -> Duration {
        optional(key) { Self.duration($0, range) } ?? otherwise
    }

    /// A duration within a range, or nil when the key is absent.
    public func optionalDuration(_ key: String, in range: ClosedRange<Duration> = durationRange) -> Duration? {
        optional(key) { Self.duration($0, range) }
    }

    /// Any duration above zero that is worth waiting for: one millisecond to one year.
    public static var durationRange: ClosedRange<Duration> { .milliseconds(1) ... .seconds(365 * 86_400) }

    /// A size in bytes within a range, or the default.
    public func size(_ key: String, in range: ClosedRange<Int>, default otherwise: Int) -> Int {
        optional(key) { Self.size($0, range) } ?? otherwise
    }

    /// A required rate; one in a day after a fault.
    public func rate(_ key: String, example: String = "60/min") -> YAMLRate {
        required(key, example, YAMLRate(count: 1, per: .seconds(86_400))) { Self.rate($0) }
    }

    /// A rate, or the default.
    public func rate(_ key: String, default otherwise: YAMLRate) -> YAMLRate { optional(key) { Self.rate($0) } ?? otherwise }

    /// A rate, or nil when the key is absent.
    public func optionalRate(_ key: String) -> YAMLRate? { optional(key) { Self.rate($0) } }

    // MARK: Choices

    /// One of an enumeration's raw values, or the default.
    public func choice<E: RawRepresentable & CaseIterable>(_ key: String, default otherwise: E) -> E where E.RawValue == String {
        optional(key) { Self.choice($0) } ?? otherwise
    }

    /// One of an enumeration's raw values, or nil when the key is absent or misread.
    public func optionalChoice<E: RawRepresentable & CaseIterable>(_ key: String, of _: E.Type = E.self) -> E? where E.RawValue == String {
        optional(key) { Self.choice($0) }
    }

    /// One of an enumeration's raw values; nil after a fault, and absence is one.
    public func choice<E: RawRepresentable & CaseIterable>(_ key: String, of _: E.Type = E.self) -> E? where E.RawValue == String {
        if !has(key) {
            let names = E.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            faults.add(file, mark, "`\(name(of: key))` is missing", remedy: "write one of \(names)")
            return nil
        }
        return optional(key) { Self.choice($0) }
    }

    // MARK: Reading

    private func required<T>(_ key: String, _ example: String, _ placeholder: T, _ read: (YAMLScalar) -> Reading<T>) -> T {
        if !has(key) {
            missing(key, example: example)
            return placeholder
        }
        return optional(key, read) ?? placeholder
    }

    private func optional<T>(_ key: String, _ read: (YAMLScalar) -> Reading<T>) -> T? {
        guard let node = node(key) else { return nil }
        return convert(node, name: name(of: key), read)
    }

    /// Reads one scalar node, or collects its fault.
    func convert<T>(_ node: YAMLNode, name: String, _ read: (YAMLScalar) -> Reading<T>) -> T? {
        guard let scalar = node.scalar else {
            faults.add(file, node.mark, "`\(name)` must be a single value, not \(node.kindName)")
            return nil
        }
        if scalar.kind == .null {
            faults.add(file, node.mark, "`\(name)` has no value", remedy: "give it one, or remove the key")
            return nil
        }
        switch read(scalar) {
        case .value(let value): return value
        case .misread(let what, let remedy):
            faults.add(file, node.mark, "`\(name)` \(what)", remedy: remedy)
            return nil
        }
    }
}
