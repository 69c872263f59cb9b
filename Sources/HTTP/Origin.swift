import Core

/// A web origin (RFC 6454): scheme, host and port, as in the Origin field.
public struct Origin: Sendable, Hashable {
    /// The scheme in lower case.
    public let scheme: [UInt8]
    /// The host and the port; the port is nil when it is the default of the scheme.
    public let authority: HostPort

    /// Reads `scheme://host[:port]`, or answers nil: `null`, lists, paths and anything else is no origin to be trusted.
    public init?(_ text: Span<UInt8>) {
        var at = 0
        while at < text.count, at < 16,
            ASCII.isAlphanumeric(text[at]) || text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-")
                || text[at] == UInt8(ascii: ".")
        {
            at += 1
        }
        guard at > 0, !ASCII.isDigit(text[0]), at + 3 < text.count, ASCII.equals(text.extracting(at..<(at + 3)), "://") else { return nil }
        var scheme: [UInt8] = []
        for index in 0..<at { scheme.append(ASCII.lower(text[index])) }
        guard let authority = HostPort(text.extracting((at + 3)..<text.count)) else { return nil }
        self.scheme = scheme
        let isDefault = authority.port != nil && authority.port == Self.defaultPort(scheme)
        self.authority = isDefault ? HostPort(host: authority.host, port: nil) : authority
    }

    /// Reads a literal of the program or its configuration.
    public init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        self.init(bytes.span)
    }

    private static func defaultPort(_ scheme: [UInt8]) -> UInt16? {
        if scheme.elementsEqual("http".utf8) { return 80 }
        return scheme.elementsEqual("https".utf8) ? 443 : nil
    }
}

extension HostPort {
    /// Puts together parts that were read before.
    init(host: [UInt8], port: UInt16?) {
        self.host = host
        self.port = port
    }
}
