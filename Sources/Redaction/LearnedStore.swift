import Core

/// What was learned from the replies to each principal. Nothing of one principal's is ever shown to the search of another's. Shared by all
/// loops; at most `Limits.learnedPrincipalsMax` principals, the least recently seen is forgotten first.
public final class LearnedStore: Sendable {
    private let ledgers = Lock<[[UInt8]: LearnedSecrets]>([:])

    /// Knows nobody yet.
    public init() {}

    /// What belongs to a principal, by its key.
    public func secrets(of principal: [UInt8]) -> LearnedSecrets {
        ledgers.withLock { ledgers in
            if let known = ledgers[principal] { return known }
            if ledgers.count >= Limits.learnedPrincipalsMax, let oldest = ledgers.min(by: { $0.value.lastUsed < $1.value.lastUsed }) {
                ledgers[oldest.key] = nil
            }
            let fresh = LearnedSecrets()
            ledgers[principal] = fresh
            return fresh
        }
    }
}
