import Core
import JSON

/// Scopes (RFC 6749 section 3.3): words without space, quote and backslash, which makes them safe between quotes in a challenge.
public enum ScopeText {
    /// Whether `text` is one scope of at most `Limits.claimTextBytesMax` bytes.
    public static func isScope(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0, text.count <= Limits.claimTextBytesMax else { return false }
        for at in 0..<text.count {
            switch text[at] {
            case 0x21, 0x23...0x5B, 0x5D...0x7E: continue
            default: return false
            }
        }
        return true
    }

    /// The scopes of a `scope` or `scp` claim: a string with spaces between them, or a list of strings. Nil if it is neither, or holds
    /// more than `Limits.tokenScopesMax`.
    static func read(_ node: JSONNode) -> [[UInt8]]? {
        switch node.kind {
        case .string:
            let words = node.string?.split(separator: UInt8(ascii: " ")).map { [UInt8]($0) } ?? []
            return checked(words)
        case .array:
            guard node.count <= Limits.tokenScopesMax else { return nil }
            return ClaimText.list(node, countMax: Limits.tokenScopesMax).flatMap(checked)
        default:
            return nil
        }
    }

    private static func checked(_ scopes: [[UInt8]]) -> [[UInt8]]? {
        guard scopes.count <= Limits.tokenScopesMax else { return nil }
        for scope in scopes where !isScope(scope.span) { return nil }
        return scopes
    }
}
