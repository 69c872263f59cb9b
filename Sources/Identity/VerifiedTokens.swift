import Core
import Crypto

/// The tokens that one loop has verified lately, by their digest; those that came again, by their bytes. A refusal is never remembered: a
/// token that is refused now may be good once a key arrives, and strangers must not fill the table.
public final class VerifiedTokens {
    private let entries: RecencyCache<Digest256, VerifiedToken>
    private let recent = RecentTokens()
    private let texts = SharedTexts()
    private let recheck: Duration
    // Kept whole rather than as an identifier, so that a new verifier never gets the address of the one the entries came from.
    private var verifier: TokenVerifier?

    /// Tokens that were answered from memory.
    public private(set) var hits = 0
    /// Tokens that had to be verified, or were refused.
    public private(set) var misses = 0
    /// Entries that had to go for others.
    public private(set) var evictions = 0

    /// Makes an empty table of at most `capacity` tokens that weigh about `Limits.verifiedTokensBytesMax`; each is verified again after
    /// `recheck` at the latest.
    public init(capacity: Int = Limits.verifiedTokensMax, recheck: Duration = Limits.verifiedTokenRecheck) {
        entries = RecencyCache(capacity: capacity, weightMax: Limits.verifiedTokensBytesMax)
        self.recheck = recheck
    }

    /// The number of tokens remembered.
    public var count: Int { entries.count }

    /// Who a token speaks of, from memory if it was verified by the same verifier not long ago. `certificate` is as for
    /// `TokenVerifier.verify`, which says what is thrown.
    public func principal(
        _ token: ArraySlice<UInt8>, verifier: TokenVerifier, certificate: [UInt8]? = nil, now: WallTime
    ) throws(TokenFailure) -> Principal {
        turn(to: verifier)
        let principal = try find(token, verifier, now)
        try TokenVerifier.checkBinding(of: principal, certificate)
        return principal
    }

    /// Remembers whom a token speaks of that somebody else vouches for, for a while at most.
    public func keep(_ principal: Principal, of token: Span<UInt8>, verifier: TokenVerifier, for span: Duration, now: WallTime) {
        turn(to: verifier)
        recent.remove(token)
        insert(principal, until: now.moved(by: span), now)
    }

    /// Forgets everything, after a revocation.
    public func forget() {
        entries.removeAll()
        recent.removeAll()
        texts.removeAll()
    }

    /// Starts afresh when keys or rules have changed: what the old ones found good may not be any more.
    private func turn(to verifier: TokenVerifier) {
        if verifier === self.verifier { return }
        self.verifier = verifier
        forget()
    }

    private func insert(_ principal: Principal, until: WallTime, _ now: WallTime) {
        let verified = VerifiedToken(principal, since: now, until: min(principal.expires, until))
        if verified.holds(at: now) { evictions += entries.insert(principal.tokenDigest, verified, weight: verified.weight) }
    }

    private func find(_ token: ArraySlice<UInt8>, _ verifier: TokenVerifier, _ now: WallTime) throws(TokenFailure) -> Principal {
        guard token.count <= Limits.tokenBytesMax else { throw TokenFailure(.tokenTooLong) }
        if let known = recent.find(token.span, now: now) {
            hits += 1
            return known
        }
        let digest = Digest.sha256Value(token.span)
        if let place = entries.find(digest) {
            let verified = entries[place]
            if verified.holds(at: now) {
                hits += 1
                let kept = SecretBytes(token.span)
                let principal = verified.principal(kept, digest)
                recent.insert(kept, principal, since: verified.since, until: verified.until)
                return principal
            }
            entries.remove(at: place)
        }
        misses += 1
        let principal = try verifier.verify(token, digest: digest, texts: texts, now: now)
        insert(principal, until: now.moved(by: recheck), now)
        return principal
    }
}
