import Core
import MCP

/// The calls of older-wire sessions that are on their way, by what the client calls them: how `notifications/cancelled`, which arrives on
/// another connection and perhaps another loop, finds the id the upstream knows. Only those sessions use it; it is bounded.
final class CallRegistry: Sendable {
    /// What a client calls a call: its session and its own id.
    struct Key: Hashable, Sendable {
        fileprivate let session: [UInt8]
        fileprivate let principal: [UInt8]
        fileprivate let id: RequestID
    }

    /// One registration. Two calls may carry one id; each takes out only itself.
    struct Entry: Sendable {
        fileprivate let key: Key
        fileprivate let upstream: UpstreamID
    }

    private let calls = Lock<[Key: UpstreamID]>([:])

    /// Notes a call; nil when the table is full, and the call then cannot be cancelled by its client.
    func register(_ session: LegacySession, of principal: [UInt8], _ id: RequestID, _ upstream: UpstreamID) -> Entry? {
        let key = Key(session: session.upstreamID, principal: principal, id: id)
        return calls.withLock { table in
            guard table.count < Limits.registeredCallsMax else { return nil }
            table[key] = upstream
            return Entry(key: key, upstream: upstream)
        }
    }

    /// The upstream's id of a call that is on its way.
    func find(_ session: LegacySession, of principal: [UInt8], _ id: RequestID?) -> UpstreamID? {
        guard let id else { return nil }
        let key = Key(session: session.upstreamID, principal: principal, id: id)
        return calls.withLock { $0[key] }
    }

    /// Forgets a call that is over.
    func remove(_ entry: Entry) {
        calls.withLock { table in
            if table[entry.key] == entry.upstream { table[entry.key] = nil }
        }
    }

    /// Calls on their way.
    var count: Int { calls.withLock { $0.count } }
}
