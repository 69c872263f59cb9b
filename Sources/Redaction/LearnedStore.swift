import Core
import Synchronization

/// What was learned from the replies to each principal. Nothing of one principal's is ever shown to the search of another's. Shared by all
/// loops; at most `Limits.learnedPrincipalsMax` principals. When there are more, of some in a row the least recently seen is forgotten:
/// a look at all of them would keep every loop waiting.
public final class LearnedStore: Sendable {
    private struct Table: Sendable {
        var ledgers: [[UInt8]: LearnedSecrets] = [:]
        /// The principals in the order of their places, for the choice of who is forgotten.
        var principals: [[UInt8]] = []
        /// Where the next ones to choose from begin.
        var hand = 0
    }

    private static let choices = 64

    private let table = Lock(Table())
    private let forgottenCount = Atomic(0)

    /// Knows nobody yet.
    public init() {}

    /// Principals who were forgotten, with values that were still to be replaced.
    public var forgotten: Int { forgottenCount.load(ordering: .relaxed) }

    /// What belongs to a principal, by its key.
    public func secrets(of principal: [UInt8]) -> LearnedSecrets {
        table.withLock { table in
            if let known = table.ledgers[principal] { return known }
            let fresh = LearnedSecrets()
            if table.principals.count < Limits.learnedPrincipalsMax {
                table.principals.append(principal)
            } else {
                let place = Self.oldest(table)
                let gone = table.ledgers.removeValue(forKey: table.principals[place])
                if let gone, gone.count > 0 { forgottenCount.wrappingAdd(1, ordering: .relaxed) }
                table.principals[place] = principal
                table.hand = (table.hand + Self.choices) % table.principals.count
            }
            table.ledgers[principal] = fresh
            return fresh
        }
    }

    private static func oldest(_ table: Table) -> Int {
        var oldest = table.hand
        var seen: Instant?
        for step in 0..<min(choices, table.principals.count) {
            let place = (table.hand + step) % table.principals.count
            guard let used = table.ledgers[table.principals[place]]?.lastUsed else { return place }
            if seen.map({ used < $0 }) ?? true {
                oldest = place
                seen = used
            }
        }
        return oldest
    }
}
