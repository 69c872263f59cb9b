import Identity
import JSON

/// One entry under `principals`: who it means. Every condition that is written must hold.
struct PrincipalMatch: Sendable {
    /// What a claim must hold.
    enum ClaimTest: Sendable {
        /// The claim is one of these, or a list with one of these.
        case any([ScalarValue])
        /// The claim is a list with all of these (or the only one).
        case all([ScalarValue])
        /// The claim is exactly this.
        case equals(ScalarValue)
    }

    /// The name in the file; what limits per group count under.
    var name: [UInt8]
    /// One of these issuers.
    var issuers: [[UInt8]] = []
    /// One of these subjects.
    var subjects: [[UInt8]] = []
    /// One of these OAuth clients.
    var clients: [[UInt8]] = []
    /// One of these groups.
    var groups: [[UInt8]] = []
    /// The client certificate of the connection is one of these, by its SHA-256.
    var certificates: [[UInt8]] = []
    /// All of these scopes.
    var scopes: [[UInt8]] = []
    /// All of these claims.
    var claims: [(path: ClaimPath, test: ClaimTest)] = []

    /// Whoever has authenticated.
    static let anyone = PrincipalMatch(name: Array("anyone".utf8))

    /// Whether everything but the scopes holds.
    /// - Parameter certificate: the SHA-256 of the connection's client certificate.
    /// - Parameter document: the principal's claims; nil when no entry asks for any.
    func matchesWithoutScopes(_ principal: Principal, _ certificate: [UInt8]?, _ document: JSONDocument?) -> Bool {
        if !issuers.isEmpty, !issuers.contains(principal.issuer) { return false }
        if !subjects.isEmpty, !subjects.contains(principal.subject) { return false }
        if !clients.isEmpty {
            guard let client = principal.client, clients.contains(client) else { return false }
        }
        if !groups.isEmpty, !groups.contains(where: { principal.groups.contains($0) }) { return false }
        if !certificates.isEmpty {
            guard let certificate, certificates.contains(certificate) else { return false }
        }
        guard let root = document?.root else { return claims.isEmpty }
        return claims.allSatisfy { Self.holds($0.test, $0.path.find(in: root)) }
    }

    /// Whether the scopes hold.
    func hasScopes(_ principal: Principal) -> Bool { scopes.allSatisfy { principal.scopes.contains($0) } }

    private static func holds(_ test: ClaimTest, _ claim: JSONNode?) -> Bool {
        guard let claim, !claim.isNull else { return false }
        switch test {
        case .equals(let value): return value.equals(claim)
        case .any(let values): return values.contains { contains(claim, $0) }
        case .all(let values): return values.allSatisfy { contains(claim, $0) }
        }
    }

    private static func contains(_ claim: JSONNode, _ value: ScalarValue) -> Bool {
        guard claim.kind == .array else { return value.equals(claim) }
        var found = false
        claim.forEachElement { if !found { found = value.equals($0) } }
        return found
    }
}
