import Core
import HTTP

/// The URL of a server: `http` or `https`, host, port and path; never a user, query or fragment.
public struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether the scheme is `https`.
    public let isSecure: Bool
    /// The host in lower case, without brackets.
    public let host: String
    /// The port, written or the scheme's default.
    public let port: UInt16
    /// The path exactly as written; empty when none was.
    public let path: String

    /// Reads a URL; nil unless it is one of the kind above without dot segments.
    public init?(_ text: String) {
        let isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let end = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard let authority = HostPort(String(rest[..<end])) else { return nil }
        let path = rest[end...]
        guard path.utf8.allSatisfy(Self.isPathByte), !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            return nil
        }
        self.isSecure = isSecure
        host = String(decoding: authority.host.filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }, as: UTF8.self)
        port = authority.port ?? (isSecure ? 443 : 80)
        self.path = String(path)
    }

    /// Makes a URL from parts that are known to be good.
    public init(isSecure: Bool, host: String, port: UInt16, path: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// The same server with another path.
    public func with(path: String) -> ServerURL { ServerURL(isSecure: isSecure, host: host, port: port, path: path) }

    /// What the Host field says: the host with brackets if needed, and the port unless it is the scheme's default.
    public var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Scheme and authority, as in an Origin field.
    public var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// Whether the host is a name or address of this machine only.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || (host.hasPrefix("127.") && NumericAddress.isIPv4(host)) }

    /// The whole URL.
    public var description: String { origin + path }

    /// RFC 3986 section 3.3, without what would begin a query or fragment.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "/-._~%!$&'()*+,;=:@".utf8.contains(byte)
    }
}
