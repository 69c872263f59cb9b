import Core
import JSON

/// A claim that must be there, with one of some values or with any.
public struct ClaimRequirement: Sendable, Equatable {
    /// Where the claim stands.
    public let path: ClaimPath
    /// The values that satisfy it; empty if any value but null does.
    public let anyOf: [[UInt8]]

    /// Makes a requirement.
    public init(_ path: ClaimPath, anyOf: [[UInt8]] = []) {
        self.path = path
        self.anyOf = anyOf
    }

    /// Whether the claims satisfy it: a string that equals one of the values, a list that holds one, or `true` and `false` and whole
    /// numbers in their JSON spelling.
    public func isSatisfied(by claims: JSONNode) -> Bool {
        guard let node = path.find(in: claims), node.kind != .null else { return false }
        if anyOf.isEmpty { return true }
        if node.kind != .array { return matches(node) }
        var found = false
        node.forEachElement { if !found { found = matches($0) } }
        return found
    }

    private func matches(_ node: JSONNode) -> Bool {
        switch node.kind {
        case .string: node.withString { text in anyOf.contains { ClaimText.equal(text, $0) } } ?? false
        case .number: node.withNumber { text in anyOf.contains { ClaimText.equal(text, $0) } } ?? false
        case .true: anyOf.contains { ASCII.equals($0.span, "true") }
        case .false: anyOf.contains { ASCII.equals($0.span, "false") }
        case .object, .array, .null: false
        }
    }
}
