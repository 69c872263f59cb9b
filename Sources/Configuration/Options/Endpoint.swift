import Core

/// A numeric address and port to listen on.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets.
    public let host: String
    /// The port; 0 lets the system choose one.
    public let port: UInt16

    /// Makes an endpoint from parts that are known to be good.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080` or `[::1]:8080`; nil for names, missing ports and anything else.
    public init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var host = text[..<colon]
        let digits = text[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits) else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard NumericAddress.isIPv6(String(host)) else { return nil }
        } else {
            guard NumericAddress.isIPv4(String(host)) else { return nil }
        }
        self.init(host: String(host), port: port)
    }

    /// Whether only programs on this machine can reach it.
    public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    /// Whether it stands for every address of the machine.
    public var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
