import Core

/// The tokens that came again lately, with their bytes: found by their last sixteen and compared whole, in constant time, which takes a
/// tenth of the time of a digest. Few, because each weighs several times what a `VerifiedToken` does; the bytes are zeroed when the last
/// caller who came with them has gone.
///
/// A class of one loop.
final class RecentTokens {
    /// The last bytes of a token, which are most of a signature: tokens that have them in common are taken for one another by nobody, but
    /// push each other out. The table's hash is keyed.
    private struct Tail: Hashable, BitwiseCopyable {
        private let low: UInt64
        private let high: UInt64

        init?(_ token: Span<UInt8>) {
            let at = token.count - MemoryLayout<Self>.size
            guard at >= 0 else { return nil }
            (low, high) = token.withUnsafeBytes {
                ($0.loadUnaligned(fromByteOffset: at, as: UInt64.self), $0.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
            }
        }
    }

    // A class: to look at a struct in the table would count references to all that is in it.
    private final class Entry {
        let token: SecretBytes
        let principal: Principal
        let since: WallTime
        let until: WallTime

        init(_ token: SecretBytes, _ principal: Principal, since: WallTime, until: WallTime) {
            self.token = token
            self.principal = principal
            self.since = since
            self.until = until
        }
    }

    /// What an entry takes besides the bytes of its token, roughly.
    private static let overhead = 480

    private let entries = RecencyCache<Tail, Entry>(capacity: Limits.recentTokensMax, weightMax: Limits.recentTokensBytesMax)

    /// The number of tokens kept.
    var count: Int { entries.count }

    /// Whom a token speaks of; nil unless the very same bytes are kept and are relied on at that time.
    func find(_ token: Span<UInt8>, now: WallTime) -> Principal? {
        guard let tail = Tail(token), let place = entries.find(tail) else { return nil }
        let entry = entries[place]
        guard entry.token.matches(token) else { return nil }
        // A clock that was set back makes it void, as it does a `VerifiedToken`.
        guard entry.since <= now, now < entry.until else {
            entries.remove(at: place)
            return nil
        }
        return entry.principal
    }

    /// Keeps a token that `find` did not answer, for as long as it was found good.
    func insert(_ token: SecretBytes, _ principal: Principal, since: WallTime, until: WallTime) {
        let tail = token.withBytes { Tail($0.bindMemory(to: UInt8.self).span) }
        guard let tail else { return }
        entries.insert(tail, Entry(token, principal, since: since, until: until), weight: Self.overhead + token.count)
    }

    /// Forgets a token, because something else was found out about it.
    func remove(_ token: Span<UInt8>) {
        if let tail = Tail(token), let place = entries.find(tail) { entries.remove(at: place) }
    }

    /// Forgets them all.
    func removeAll() { entries.removeAll() }
}
