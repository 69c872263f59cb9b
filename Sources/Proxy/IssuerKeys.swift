import Configuration
import Core
import Identity

/// The keys that were fetched from issuers, for all loops: written on the admin loop, read when a verifier is made. They outlive a reload.
final class IssuerKeys: Sendable {
    private let fetched = Lock<[KeySource.Identity: KeySet]>([:])
    private let client = Lock<(@Sendable (KeySource.Identity) -> Void)?>(nil)

    /// The configuration's verifier with every key that was fetched so far.
    func verifier(for snapshot: Snapshot) -> TokenVerifier {
        if snapshot.keySources.isEmpty { return snapshot.verifier }
        let known = fetched.withLock { $0 }
        var keys: [Int: KeySet] = [:]
        for source in snapshot.keySources { keys[source.place] = known[source.identity] }
        // Keys of a kind that the pinned algorithms do not go with leave the issuer without any: its tokens are refused.
        return (try? snapshot.verifier.replacing(keys: keys)) ?? snapshot.verifier
    }

    /// Puts keys in place of those of a source; nil when they have become too old.
    func set(_ keys: KeySet?, of source: KeySource.Identity) { fetched.withLock { $0[source] = keys } }

    /// Forgets the keys of sources that the configuration no longer names.
    func keep(only sources: [KeySource]) {
        let wanted = Set(sources.map(\.identity))
        fetched.withLock { known in known = known.filter { wanted.contains($0.key) } }
    }

    /// Says who fetches when `ask` is called.
    func connect(_ ask: @escaping @Sendable (KeySource.Identity) -> Void) { client.withLock { $0 = ask } }

    /// Wants the keys of a source fetched, because a token came that none of them fits. From any loop.
    func ask(_ source: KeySource.Identity) { client.withLock { $0 }?(source) }
}
