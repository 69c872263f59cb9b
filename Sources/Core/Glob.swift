/// A name pattern of policy files: `*` stands for any run of characters, `?` for one character, `\` takes the next one literally.
///
/// The pattern always covers the whole name and case counts. Matching takes at most `pattern x name` steps and no memory.
public struct Glob: Sendable, Hashable {
    /// The pattern as it was written.
    public let pattern: [UInt8]
    private let shape: Shape

    private enum Shape: Sendable, Hashable {
        case any
        case exact([UInt8])
        case prefix([UInt8])
        case suffix([UInt8])
        case general([Step])
    }

    private enum Step: Sendable, Hashable {
        case byte(UInt8)
        case character
        case run
    }

    /// Compiles a pattern of UTF-8 text; a lone `\` at the end stands for itself.
    public init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var steps: [Step] = []
        var at = 0
        while at < pattern.count {
            switch pattern[at] {
            case UInt8(ascii: "*"):
                if steps.last != .run { steps.append(.run) }
            case UInt8(ascii: "?"): steps.append(.character)
            case UInt8(ascii: "\\") where at + 1 < pattern.count:
                at += 1
                steps.append(.byte(pattern[at]))
            default: steps.append(.byte(pattern[at]))
            }
            at += 1
        }
        shape = Self.shape(of: steps)
    }

    /// The one name the pattern matches, or nil when it has a wildcard.
    public var literal: [UInt8]? {
        if case .exact(let name) = shape { return name }
        return nil
    }

    /// Whether the pattern matches every name.
    public var matchesEverything: Bool { shape == .any }

    /// Whether the pattern covers the whole of `name`.
    public func matches(_ name: Span<UInt8>) -> Bool {
        switch shape {
        case .any: true
        case .exact(let bytes): name.count == bytes.count && Self.equal(name, 0, bytes)
        case .prefix(let bytes): name.count >= bytes.count && Self.equal(name, 0, bytes)
        case .suffix(let bytes): name.count >= bytes.count && Self.equal(name, name.count - bytes.count, bytes)
        case .general(let steps): Self.walk(steps, name)
        }
    }

    /// Whether the pattern covers the whole of `name`.
    public func matches(_ name: [UInt8]) -> Bool { matches(name.span) }

    private static func shape(of steps: [Step]) -> Shape {
        if steps == [.run] { return .any }
        let bytes = steps.compactMap { step -> UInt8? in
            if case .byte(let byte) = step { return byte }
            return nil
        }
        if bytes.count == steps.count { return .exact(bytes) }
        guard bytes.count == steps.count - 1 else { return .general(steps) }
        if steps.last == .run { return .prefix(bytes) }
        if steps.first == .run { return .suffix(bytes) }
        return .general(steps)
    }

    private static func equal(_ name: Span<UInt8>, _ from: Int, _ bytes: [UInt8]) -> Bool {
        for at in bytes.indices where name[from + at] != bytes[at] { return false }
        return true
    }

    /// The usual walk with one way back: to the latest `*`, which then swallows one byte more.
    private static func walk(_ steps: [Step], _ name: Span<UInt8>) -> Bool {
        var step = 0
        var at = 0
        var runStep = -1
        var runAt = 0
        while at < name.count {
            if step < steps.count, steps[step] == .run {
                runStep = step
                runAt = at
                step += 1
                continue
            }
            if step < steps.count, let next = advance(steps[step], name, at) {
                at = next
                step += 1
                continue
            }
            guard runStep >= 0 else { return false }
            runAt += 1
            at = runAt
            step = runStep + 1
        }
        while step < steps.count, steps[step] == .run { step += 1 }
        return step == steps.count
    }

    private static func advance(_ step: Step, _ name: Span<UInt8>, _ at: Int) -> Int? {
        switch step {
        case .byte(let byte): return name[at] == byte ? at + 1 : nil
        case .run: return nil
        case .character:
            // One character is one UTF-8 sequence; a run never hands over in the middle of one.
            guard name[at] & 0xC0 != 0x80 else { return nil }
            var next = at + 1
            while next < name.count, name[next] & 0xC0 == 0x80 { next += 1 }
            return next
        }
    }
}
