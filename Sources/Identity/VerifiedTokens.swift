import Core
import Crypto

/// The tokens that one loop has verified lately, by their digest. A refusal is never remembered: a token that is refused now may be good
/// once a key arrives, and strangers must not fill the table.
public final class VerifiedTokens {
    private struct Entry {
        let principal: Principal
        /// When it was verified: a clock that was set back makes the entry void.
        let since: WallTime
        let until: WallTime
    }

    private let entries: RecencyCache<Digest256, Entry>
    private let recheck: Duration
    // Kept whole rather than as an identifier, so that a new verifier never gets the address of the one the entries came from.
    private var verifier: TokenVerifier?

    /// Answers from memory and from verification, for the metrics of the owner.
    public private(set) var hits = 0
    /// Tokens that were verified.
    public private(set) var misses = 0
    /// Live entries that had to go for others.
    public private(set) var evictions = 0

    /// Makes an empty table of at most `capacity` tokens; each is verified again after `recheck` at the latest.
    public init(capacity: Int = Limits.verifiedTokensMax, recheck: Duration = Limits.verifiedTokenRecheck) {
        entries = RecencyCache(capacity: capacity)
        self.recheck = recheck
    }

    /// The number of tokens remembered.
    public var count: Int { entries.count }

    /// Who a token speaks of, from memory if it was verified by the same verifier not long ago. Throws as `TokenVerifier.verify`.
    public func principal(
        _ token: Span<UInt8>, verifier: TokenVerifier, certificate: [UInt8]? = nil, now: WallTime
    ) throws(TokenFailure) -> Principal {
        if verifier !== self.verifier {
            // Keys or rules have changed: what the old ones found good may not be any more.
            entries.removeAll()
            self.verifier = verifier
        }
        guard token.count <= Limits.tokenBytesMax else { throw TokenFailure(.tokenTooLong) }
        let principal = try find(token, verifier, now)
        try TokenVerifier.checkBinding(of: principal, certificate)
        return principal
    }

    /// Forgets everything, after a revocation.
    public func forget() { entries.removeAll() }

    private func find(_ token: Span<UInt8>, _ verifier: TokenVerifier, _ now: WallTime) throws(TokenFailure) -> Principal {
        let digest = Digest.sha256Value(token)
        if let place = entries.find(digest) {
            let entry = entries[place]
            if entry.since <= now, now < entry.until {
                hits += 1
                return entry.principal
            }
            entries.remove(at: place)
        }
        misses += 1
        let principal = try verifier.verify(token, digest: digest, now: now)
        let until = min(principal.expires, now.moved(by: recheck))
        if now < until, entries.insert(digest, Entry(principal: principal, since: now, until: until)) { evictions += 1 }
        return principal
    }
}
