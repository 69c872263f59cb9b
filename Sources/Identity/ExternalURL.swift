import Core

/// An http or https URL as clients see Louver or an authorization server: canonical, without query and fragment (RFC 8707 section 2, RFC
/// 8414 section 2). Safe between quotes in a header field.
public struct ExternalURL: Sendable, Equatable {
    /// The whole URL.
    public let text: [UInt8]
    /// Scheme, host and port.
    public let origin: [UInt8]
    /// The path; empty if the URL ends with its host.
    public let path: [UInt8]

    /// Reads a URL. Throws unless it is absolute, its scheme and host are in lower case, it has no query, fragment, user or dot
    /// segment, and it is https, or http to a loopback host, or http at all where `allowsPlainHTTP`.
    public init(_ text: String, allowsPlainHTTP: Bool = false) throws(IdentityFault) {
        let bytes = [UInt8](text.utf8)
        let fault = IdentityFault(
            "`\(text.unicodeScalars.prefix(200))` is not a usable URL",
            remedy: "write scheme, host in lower case and path, as https://airflow.example.com/mcp, without query and fragment")
        guard bytes.count <= Limits.externalURLBytesMax else { throw fault }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { throw fault }
        let start = isSecure ? 8 : 7
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
        let authority = bytes[start..<end]
        guard Self.isAuthority(authority), Self.isPath(bytes[end...]) else { throw fault }
        guard isSecure || allowsPlainHTTP || Self.isLoopback(authority) else {
            throw IdentityFault(
                "`\(text)` is plain http", remedy: "use https: tokens must not travel in the clear (OAuth 2.1 section 1.5)")
        }
        self.text = bytes
        origin = [UInt8](bytes[..<end])
        path = [UInt8](bytes[end...])
    }

    private static func isAuthority(_ text: ArraySlice<UInt8>) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: UInt8(ascii: ":")), text.last != UInt8(ascii: "]") {
            let port = text[(colon + 1)...]
            guard 1...5 ~= port.count, port.allSatisfy(ASCII.isDigit) else { return false }
            host = text[..<colon]
        }
        if host.first == UInt8(ascii: "[") {
            return host.count > 3 && host.last == UInt8(ascii: "]")
                && host.dropFirst().dropLast().allSatisfy { Hex.value(of: $0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        }
        return !host.isEmpty
            && host.allSatisfy {
                ASCII.isAlphanumeric($0) && ASCII.lower($0) == $0 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "_")
            }
    }

    /// RFC 3986's `path-abempty` without dot segments.
    private static func isPath(_ text: ArraySlice<UInt8>) -> Bool {
        let sound = text.allSatisfy { ASCII.isAlphanumeric($0) || "/-._~%!$&'()*+,;=:@".utf8.contains($0) }
        return sound && !text.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    }

    private static func isLoopback(_ authority: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: authority, as: UTF8.self)
        let host = text.hasPrefix("[") ? String(text.prefix { $0 != "]" }) + "]" : String(text.prefix { $0 != ":" })
        let isIPv4 = host.hasPrefix("127.") && host.utf8.allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
        return host == "localhost" || host == "[::1]" || isIPv4
    }
}
