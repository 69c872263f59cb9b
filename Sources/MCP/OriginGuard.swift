import Core
import HTTP

/// Which web origins may call: every revision requires the check, and 403 for an origin that is not allowed (2025-11-25 and later,
/// basic/transports). Clients that are no browser send none, which is fine.
public struct OriginGuard: Sendable, Equatable {
    private let allowed: [Origin]

    /// Allows these origins, exactly.
    public init(_ allowed: [Origin] = []) { self.allowed = allowed }

    /// Refuses a head with an origin that is not allowed.
    public func check(_ head: RequestHead) throws(ProtocolFailure) {
        let isAllowed = head.fields.withValue(.origin) { allows($0) } ?? true
        guard isAllowed else { throw Self.refused }
    }

    /// Whether an `Origin` value is allowed; `null` and whatever is no origin never is.
    public func allows(_ origin: Span<UInt8>) -> Bool {
        guard !allowed.isEmpty, let origin = Origin(origin) else { return false }
        return allowed.contains(origin)
    }

    private static let refused = ProtocolFailure(
        403, ProtocolErrorCode.invalidRequest, "origin", "this Origin may not call this server; ask its operator to allow it")
}
