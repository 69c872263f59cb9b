import Core
import HTTP

/// Which hosts a request may name and which origins it may come from: what keeps a web page from reaching Louver through its visitor's
/// browser (DNS rebinding; MCP, Streamable HTTP, Security Warning).
public struct HostGuard: Sendable {
    /// Hosts that are let in; one without a port is let in with any port.
    public let hosts: [HostPort]
    /// Origins that are let in.
    public let origins: [Origin]
    /// Whether the names of this machine are let in, as host and as origin, with any port: where some listener is loopback.
    public let admitsLoopback: Bool

    /// Makes the guard.
    public init(hosts: [HostPort], origins: [Origin], admitsLoopback: Bool) {
        self.hosts = hosts
        self.origins = origins
        self.admitsLoopback = admitsLoopback
    }

    /// Whether a request may name this host: the value of its one Host field.
    public func admits(host: Span<UInt8>) -> Bool {
        for known in hosts {
            // A client leaves out the port that its scheme has anyway.
            let isNamed = known.port == nil ? known.matchesHost(host) : known.matches(host, defaultPort: known.port == 80 ? 80 : 443)
            if isNamed { return true }
        }
        return admitsLoopback && Self.loopback.contains { $0.matchesHost(host) }
    }

    /// Whether a request with this Origin field may be served. One without is the caller's to serve.
    public func admits(origin: Span<UInt8>) -> Bool {
        guard let origin = Origin(origin) else { return false }
        if origins.contains(origin) { return true }
        let isWeb = origin.scheme.elementsEqual("http".utf8) || origin.scheme.elementsEqual("https".utf8)
        return admitsLoopback && isWeb && Self.loopback.contains { $0.host == origin.authority.host }
    }

    private static let loopback: [HostPort] = ["localhost", "127.0.0.1", "[::1]"].compactMap { HostPort($0) }
}
