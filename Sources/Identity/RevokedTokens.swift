import Core

/// Tokens that are refused though they hold, by their `jti`: of one token, or of the first of a chain for all that came after it.
public struct RevokedTokens: Sendable {
    private let ids: Set<[UInt8]>

    /// None.
    public static let none = RevokedTokens(ids: [])

    private init(ids: Set<[UInt8]>) { self.ids = ids }

    /// Reads one id from each line; blank lines and what follows a `#` are passed over. Throws if a line cannot be a `jti`, or there are
    /// more than `Limits.revokedTokensMax`.
    public init(_ text: [UInt8]) throws(IdentityFault) {
        var ids: Set<[UInt8]> = []
        for (number, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let id = [UInt8](line.prefix { $0 != UInt8(ascii: "#") }.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D })
            if id.isEmpty { continue }
            guard ClaimText.isPlain(id.span) else {
                throw IdentityFault("line \(number + 1) is no `jti`", remedy: "write one `jti` on each line")
            }
            ids.insert(id)
            guard ids.count <= Limits.revokedTokensMax else {
                throw IdentityFault("more than \(Limits.revokedTokensMax) ids", remedy: "remove those whose tokens have ended")
            }
        }
        self.ids = ids
    }

    /// The number of ids.
    public var count: Int { ids.count }

    /// Whether a token or the chain it belongs to is revoked.
    func contains(_ id: [UInt8]?, chain: [UInt8]?) -> Bool {
        if ids.isEmpty { return false }
        if let id, ids.contains(id) { return true }
        if let chain { return ids.contains(chain) }
        return false
    }
}
