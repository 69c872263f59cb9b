import Core

/// The last token of one connection and whom it spoke of. A client sends the same token with every request: comparing it costs a tenth of
/// digesting it.
///
/// A value of one connection, filled and read by the `VerifiedTokens` of its loop.
public struct TokenMemo {
    private var token: [UInt8] = []
    private var verified: VerifiedToken?
    private var generation = 0

    /// Makes an empty memo.
    public init() {}

    /// What was verified, if it was this token, in this generation of the table, and still holds.
    func recall(_ token: Span<UInt8>, generation: Int, now: WallTime) -> Principal? {
        guard let verified, self.generation == generation, verified.holds(at: now), matches(token) else { return nil }
        return verified.principal
    }

    /// Remembers a token instead of the last one.
    mutating func keep(_ token: Span<UInt8>, _ verified: VerifiedToken, generation: Int) {
        self.token.removeAll(keepingCapacity: true)
        token.withUnsafeBufferPointer { self.token.append(contentsOf: $0) }
        self.verified = verified
        self.generation = generation
    }

    /// Compares in time that depends on the lengths only: several people may share a connection through another proxy, and must not feel
    /// their way along each other's tokens.
    private func matches(_ other: Span<UInt8>) -> Bool {
        guard other.count == token.count else { return false }
        return token.withUnsafeBufferPointer { mine in
            other.withUnsafeBufferPointer { theirs in
                var difference: UInt8 = 0
                for at in 0..<mine.count { difference |= mine[at] ^ theirs[at] }
                return difference == 0
            }
        }
    }
}
