import Core

/// A host with an optional port, as in the Host field (RFC 9110 section 7.2): a name, an IPv4 address or a bracketed IPv6 address.
public struct HostPort: Sendable, Hashable {
    /// The host in lower case; an IPv6 address with its brackets.
    public let host: [UInt8]
    /// The port, 1 to 65535, nil if none was written.
    public let port: UInt16?

    /// Reads the text, or answers nil unless it is exactly a host and perhaps a port: no user, path, zone or percent sign.
    public init?(_ text: Span<UInt8>) {
        guard let parts = Self.parts(text) else { return nil }
        var host: [UInt8] = []
        host.reserveCapacity(parts.hostCount)
        for at in 0..<parts.hostCount { host.append(ASCII.lower(text[at])) }
        self.host = host
        port = parts.port
    }

    /// Reads a literal of the program or its configuration.
    public init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        self.init(bytes.span)
    }

    /// Whether the text names this host and port, where a port left out on either side means `defaultPort`. Takes no memory.
    public func matches(_ text: Span<UInt8>, defaultPort: UInt16) -> Bool {
        guard let parts = Self.parts(text), parts.hostCount == host.count else { return false }
        guard parts.port ?? defaultPort == port ?? defaultPort else { return false }
        for at in 0..<host.count where ASCII.lower(text[at]) != host[at] { return false }
        return true
    }

    /// Whether the text names this host, with whatever port. Takes no memory.
    public func matchesHost(_ text: Span<UInt8>) -> Bool {
        guard let parts = Self.parts(text), parts.hostCount == host.count else { return false }
        for at in 0..<host.count where ASCII.lower(text[at]) != host[at] { return false }
        return true
    }

    /// Whether the text is a host with an optional port.
    static func isValid(_ text: Span<UInt8>) -> Bool { parts(text) != nil }

    /// How many bytes the host takes, and the port.
    private static func parts(_ text: Span<UInt8>) -> (hostCount: Int, port: UInt16?)? {
        guard text.count > 0, text.count <= Limits.hostBytesMax else { return nil }
        var at = 0
        if text[0] == UInt8(ascii: "[") {
            while at < text.count, text[at] != UInt8(ascii: "]") { at += 1 }
            guard at < text.count, IPv6Literal.isValid(text.extracting(1..<at)) else { return nil }
            at += 1
        } else {
            let allowed = ByteSet.host
            var labelCount = 0
            while at < text.count, allowed.contains(text[at]) {
                labelCount = text[at] == UInt8(ascii: ".") ? 0 : labelCount + 1
                // An empty label; one at the very end is the root, which nobody writes in a Host.
                if labelCount == 0,
                    at == 0 || text[at - 1] == UInt8(ascii: ".") || at + 1 == text.count || text[at + 1] == UInt8(ascii: ":")
                {
                    return nil
                }
                at += 1
            }
            if at == 0 { return nil }
        }
        if at == text.count { return (at, nil) }
        guard text[at] == UInt8(ascii: ":"), let port = port(text.extracting((at + 1)..<text.count)) else { return nil }
        return (at, port)
    }

    private static func port(_ digits: Span<UInt8>) -> UInt16? {
        guard digits.count > 0, digits.count <= 5 else { return nil }
        var value = 0
        for at in 0..<digits.count {
            guard ASCII.isDigit(digits[at]) else { return nil }
            value = value * 10 + Int(digits[at] - UInt8(ascii: "0"))
        }
        return value == 0 ? nil : UInt16(exactly: value)
    }
}
