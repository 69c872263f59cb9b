import Core
import JSON

/// Where a claim stands: a member of the claims, or one inside objects with dots between the names (`realm_access.roles`).
///
/// A name that holds dots itself, such as a URL, is found first: the whole path is tried as one name before it is taken apart.
public struct ClaimPath: Sendable, Hashable, CustomStringConvertible {
    private let whole: [UInt8]
    private let steps: [[UInt8]]

    /// Makes a path. Throws if it is empty, longer than `Limits.claimTextBytesMax`, or has more steps than `Limits.claimPathStepsMax`.
    public init(_ text: String) throws(IdentityFault) {
        let bytes = [UInt8](text.utf8)
        guard ClaimText.isPlain(bytes.span) else {
            throw IdentityFault("`\(text)` cannot name a claim", remedy: "write the claim's name, such as `groups`")
        }
        whole = bytes
        steps = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { [UInt8]($0) }
        guard steps.count <= Limits.claimPathStepsMax else {
            throw IdentityFault("`\(text)` has too many steps", remedy: "name a claim at most \(Limits.claimPathStepsMax) objects deep")
        }
    }

    /// The value at this place, or nil.
    public func find(in claims: JSONNode) -> JSONNode? {
        if let node = claims.member(whole.span) { return node }
        guard steps.count > 1 else { return nil }
        var node = claims
        for step in steps {
            guard let next = node.member(step.span) else { return nil }
            node = next
        }
        return node
    }

    /// The path as written.
    public var description: String { String(decoding: whole, as: UTF8.self) }
}
