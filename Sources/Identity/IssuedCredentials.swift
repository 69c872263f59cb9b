import Core

/// The credentials one loop has had issued, by caller and upstream. Between renewals a caller's credential stays the same, whatever token
/// the caller comes with, and `sub` stays the same for good: live sessions upstream hang on it.
public final class IssuedCredentials {
    private struct Key: Hashable {
        let principal: UInt128
        let upstream: Int

        // The principal's key is a digest: uniform already.
        func hash(into hasher: inout Hasher) {
            hasher.combine(UInt64(truncatingIfNeeded: principal))
            hasher.combine(upstream)
        }
    }

    // A class: to look at a struct in the table would count references to all that is in it.
    private final class Entry {
        /// The token's view of the caller that `grant` was worked out from.
        var principal: Principal
        let grant: AirflowGrant
        let credential: UpstreamCredential
        let issuer: Issuer

        init(_ principal: Principal, _ grant: AirflowGrant, _ credential: UpstreamCredential, _ issuer: Issuer) {
            self.principal = principal
            self.grant = grant
            self.credential = credential
            self.issuer = issuer
        }
    }

    private let entries: RecencyCache<Key, Entry>

    /// Credentials that were made.
    public private(set) var issued = 0
    /// Credentials that had to go for others.
    public private(set) var evictions = 0

    /// Makes an empty table of at most `capacity` credentials.
    public init(capacity: Int = Limits.issuedCredentialsMax) {
        entries = RecencyCache(capacity: capacity)
    }

    /// The number of credentials held.
    public var count: Int { entries.count }

    /// The caller's credential for the upstream of that number, made anew when it is due for renewal, when the issuer was replaced, or when
    /// another token of the caller's says something else about role or name. Throws as `Issuer.credential`.
    public func credential(
        for principal: Principal, from issuer: Issuer, upstream: Int, now: WallTime
    ) throws(IssueFailure) -> UpstreamCredential {
        switch issuer.mode {
        case .none: return .none
        case .static(let credential): return credential
        case .mint(let mint):
            let key = Key(principal: principal.keyValue, upstream: upstream)
            if let credential = try find(key, principal, issuer, mint, now) { return credential }
            let grant = try mint.grant(for: principal)
            let credential = try mint.mint(grant, now: now)
            issued += 1
            evictions += entries.insert(key, Entry(principal, grant, credential, issuer))
            return credential
        }
    }

    private func find(
        _ key: Key, _ principal: Principal, _ issuer: Issuer, _ mint: AirflowMint, _ now: WallTime
    ) throws(IssueFailure) -> UpstreamCredential? {
        guard let place = entries.find(key) else { return nil }
        let entry = entries[place]
        // A clock that was set back would make a token of the future.
        guard entry.issuer === issuer, entry.credential.issued <= now, now < entry.credential.renewal else { return nil }
        if entry.principal === principal { return entry.credential }
        // Another token of the same caller: groups and scopes may have changed, so the rights are worked out again.
        guard try mint.grant(for: principal) == entry.grant else { return nil }
        entry.principal = principal
        return entry.credential
    }

    /// Forgets the caller's credential for an upstream, after it was refused there.
    public func forget(_ principal: Principal, upstream: Int) {
        if let place = entries.find(Key(principal: principal.keyValue, upstream: upstream)) { entries.remove(at: place) }
    }
}
