import Core
import HTTP

/// Which `Host` values Louver answers to: the defence against DNS rebinding, where a page's own name is made to point at a local server
/// (MCP security best practices). Anything else gets 421.
public struct HostGuard: Sendable, Equatable {
    private let allowed: [HostPort]

    /// Allows these names; one without a port allows every port.
    public init(_ allowed: [HostPort]) { self.allowed = allowed }

    /// What a listener on loopback answers to when nothing is configured.
    public static let loopback = HostGuard(["localhost", "127.0.0.1", "[::1]"].compactMap { HostPort($0) })

    /// Refuses a head whose host is not allowed.
    public func check(_ head: RequestHead) throws(ProtocolFailure) {
        let isAllowed = head.fields.withValue(.host) { allows($0) } ?? false
        guard isAllowed else { throw Self.refused }
    }

    /// Whether a `Host` value is allowed.
    public func allows(_ host: Span<UInt8>) -> Bool {
        for entry in allowed {
            if entry.port == nil ? entry.matchesHost(host) : entry.matches(host, defaultPort: 0) { return true }
        }
        return false
    }

    private static let refused = ProtocolFailure(
        421, ProtocolErrorCode.invalidRequest, "host", "this server does not answer to that Host; ask its operator to allow the name")
}
