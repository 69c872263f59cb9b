import Core
import Crypto

/// The credentials one loop has had issued, by caller and upstream. Between renewals a caller's credential stays the same, whatever token
/// the caller comes with, and `sub` stays the same for good: live sessions upstream hang on it.
public final class IssuedCredentials {
    private struct Key: Hashable, BitwiseCopyable {
        let owner: UInt128
        let upstream: Int

        // The owner's key is a digest: uniform already.
        func hash(into hasher: inout Hasher) {
            hasher.combine(UInt64(truncatingIfNeeded: owner))
            hasher.combine(upstream)
        }
    }

    /// What a credential was given for.
    private enum Basis: Equatable {
        /// Minted: what it says of the caller.
        case grant(AirflowGrant)
        /// Fetched.
        case fetched(Fetched)
    }

    /// What a fetched credential was given for; apart, so that minted ones, of which there are many, take no room for it.
    private final class Fetched: Equatable {
        /// Whom it speaks of, if that can be told.
        let identity: Digest256?
        let groups: [[UInt8]]
        let scopes: [[UInt8]]

        init(_ identity: Digest256?, _ principal: Principal) {
            self.identity = identity
            groups = principal.groups
            scopes = principal.scopes
        }

        static func == (a: Fetched, b: Fetched) -> Bool { a.identity == b.identity }
    }

    // A class: to look at a struct in the table would count references to all that is in it.
    private final class Entry {
        /// The last claims of the caller's that it was found to be good for.
        var claims: Digest256
        let basis: Basis
        let credential: UpstreamCredential
        let issuer: Issuer

        init(_ claims: Digest256, _ basis: Basis, _ credential: UpstreamCredential, _ issuer: Issuer) {
            self.claims = claims
            self.basis = basis
            self.credential = credential
            self.issuer = issuer
        }
    }

    private let entries: RecencyCache<Key, Entry>

    /// Credentials that were made or fetched.
    public private(set) var issued = 0
    /// Credentials that had to go for others.
    public private(set) var evictions = 0

    /// Makes an empty table of at most `capacity` credentials.
    public init(capacity: Int = Limits.issuedCredentialsMax) {
        entries = RecencyCache(capacity: capacity)
    }

    /// The number of credentials held.
    public var count: Int { entries.count }

    /// The caller's credential for the upstream of that number. One that can be minted is: when it is due for renewal, when the issuer was
    /// replaced, or when another token of the caller's says something else about role or name. Throws if the caller gets none.
    public func credential(
        for principal: Principal, from issuer: Issuer, upstream: Int, now: WallTime
    ) throws(IssueFailure) -> IssuedCredential {
        switch issuer.mode {
        case .mint(let mint): return .ready(try minted(principal, issuer, mint, upstream, now))
        case .exchange: return exchanged(principal, issuer, upstream, now)
        case .login(let accounts):
            let account = try accounts.rule(for: principal).account
            return standing(entry(Key(owner: account.key, upstream: upstream), issuer, now), now)
        case .basic(let accounts): return .ready(try accounts.rule(for: principal).basic)
        case .static(let credential): return .ready(credential)
        case .none: return .ready(.none)
        case .passthrough: preconditionFailure("the client's own token is not issued here")
        }
    }

    /// Keeps what a token endpoint gave for an order, and answers it. `body` is that of a good answer. Throws if it cannot be used, or if
    /// it speaks of somebody else than the last one did.
    public func keep(
        _ body: [UInt8], of order: CredentialOrder, for principal: Principal, from issuer: Issuer, upstream: Int, now: WallTime
    ) throws(IssueFailure) -> UpstreamCredential {
        var requiresActor = false
        if case .exchange(let exchange) = issuer.mode { requiresActor = exchange.requiresActor }
        let fetched = try FetchedCredential(body, requiresActor: requiresActor, now: now)
        let key = Key(owner: order.key, upstream: upstream)
        let basis = Basis.fetched(Fetched(fetched.identity, principal))
        if let place = entries.find(key), entries[place].issuer === issuer, entries[place].basis != basis {
            entries.remove(at: place)
            throw .identityChanged
        }
        issued += 1
        evictions += entries.insert(key, Entry(principal.claimsDigest, basis, fetched.credential, issuer))
        return fetched.credential
    }

    /// Forgets a credential that the upstream refused, unless another has taken its place meanwhile.
    public func forget(_ refused: UpstreamCredential, of principal: Principal, from issuer: Issuer, upstream: Int) {
        var owner = principal.keyValue
        if case .login(let accounts) = issuer.mode {
            guard let rule = try? accounts.rule(for: principal) else { return }
            owner = rule.account.key
        }
        guard let place = entries.find(Key(owner: owner, upstream: upstream)) else { return }
        if entries[place].credential.authorization == refused.authorization { entries.remove(at: place) }
    }

    // MARK: Minted

    private func minted(
        _ principal: Principal, _ issuer: Issuer, _ mint: AirflowMint, _ upstream: Int, _ now: WallTime
    ) throws(IssueFailure) -> UpstreamCredential {
        let key = Key(owner: principal.keyValue, upstream: upstream)
        if let entry = entry(key, issuer, now), now < entry.credential.renewal {
            if entry.claims == principal.claimsDigest { return entry.credential }
            // Another token of the same caller: groups and scopes may have changed, so the rights are worked out again.
            if entry.basis == .grant(try mint.grant(for: principal)) {
                entry.claims = principal.claimsDigest
                return entry.credential
            }
        }
        let grant = try mint.grant(for: principal)
        let credential = try mint.mint(grant, now: now)
        issued += 1
        evictions += entries.insert(key, Entry(principal.claimsDigest, .grant(grant), credential, issuer))
        return credential
    }

    // MARK: Fetched

    private func exchanged(_ principal: Principal, _ issuer: Issuer, _ upstream: Int, _ now: WallTime) -> IssuedCredential {
        guard let entry = entry(Key(owner: principal.keyValue, upstream: upstream), issuer, now) else { return .absent }
        if entry.claims != principal.claimsDigest, case .fetched(let fetched) = entry.basis {
            // Another token of the same caller may be good for less, or for more.
            guard fetched.scopes == principal.scopes, fetched.groups == principal.groups else { return .absent }
            entry.claims = principal.claimsDigest
        }
        return standing(entry, now)
    }

    private func standing(_ entry: Entry?, _ now: WallTime) -> IssuedCredential {
        guard let entry, now < entry.credential.expires.moved(by: .zero - UpstreamCredential.spare) else { return .absent }
        return now < entry.credential.renewal ? .ready(entry.credential) : .aging(entry.credential)
    }

    private func entry(_ key: Key, _ issuer: Issuer, _ now: WallTime) -> Entry? {
        guard let place = entries.find(key) else { return nil }
        let entry = entries[place]
        // A clock that was set back would make a token of the future.
        return entry.issuer === issuer && entry.credential.issued <= now ? entry : nil
    }
}
