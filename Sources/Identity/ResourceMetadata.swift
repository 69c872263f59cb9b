import Core
import JSON

/// What Louver says of itself as a protected resource: the document of RFC 9728, where it lies, and the challenges that point to it (MCP
/// authorization, protected resource metadata). Built from the configured external URL, never from a request.
public struct ResourceMetadata: Sendable {
    /// The JSON document.
    public let document: [UInt8]
    /// The paths at which it is served, without authentication and without limits: behind the well-known name with the resource's path, and
    /// at the root.
    public let paths: [[UInt8]]
    /// Where a challenge points to.
    public let url: [UInt8]
    private let scopes: [UInt8]
    private let tokenMissing: [UInt8]
    private let tokenRefused: [UInt8]

    /// Makes the document and the fixed challenges.
    /// - Parameters:
    ///   - resource: the exact URL that clients use.
    ///   - authorizationServers: whose tokens are taken; MCP wants at least one. Left out if empty.
    ///   - scopes: what `scopes_supported` and a 401 challenge name: the smallest useful set, never `offline_access`.
    ///   - name: for people; left out if nil.
    ///   - boundToCertificates: whether tokens can be bound to client certificates, because those are asked for (RFC 8705 section 3.3).
    /// Throws if a scope cannot stand in a challenge.
    public init(
        resource: ExternalURL, authorizationServers: [ExternalURL], scopes: [[UInt8]] = [], name: String? = nil,
        boundToCertificates: Bool = false
    ) throws(IdentityFault) {
        for scope in scopes where !ScopeText.isScope(scope.span) || ASCII.equals(scope.span, "offline_access") {
            throw IdentityFault(
                "a scope is not one word, or is `offline_access`",
                remedy: "write words without space, quote and backslash; refresh tokens are between client and issuer")
        }
        let suffix = resource.path.elementsEqual("/".utf8) ? [] : resource.path
        var paths = [Self.wellKnown + suffix]
        if suffix.last == UInt8(ascii: "/") { paths.append(Self.wellKnown + suffix.dropLast()) }
        if !suffix.isEmpty { paths.append(Self.wellKnown) }
        self.paths = paths
        url = resource.origin + Self.wellKnown + suffix
        self.scopes = Self.joined(scopes)
        document = Self.document(resource, authorizationServers, scopes, name, boundToCertificates)
        var missing = [UInt8]("Bearer resource_metadata=\"".utf8) + url
        missing.append(contentsOf: "\"".utf8)
        if !scopes.isEmpty {
            missing.append(contentsOf: ", scope=\"".utf8)
            missing.append(contentsOf: self.scopes)
            missing.append(contentsOf: "\"".utf8)
        }
        tokenMissing = missing
        tokenRefused = missing + Self.refusal
    }

    /// Whether the document lies at `path`.
    public func isServed(at path: Span<UInt8>) -> Bool {
        for known in paths where ClaimText.equal(path, known) { return true }
        return false
    }

    /// The value of `WWW-Authenticate`. Scopes that could break out of their quotes are left out; `scopesMissing` names what it is given,
    /// which should be all that the operation needs.
    public func challenge(_ challenge: Challenge) -> [UInt8] {
        switch challenge {
        case .tokenMissing: return tokenMissing
        case .tokenRefused: return tokenRefused
        case .scopesMissing(let needed):
            let safe = needed.filter { ScopeText.isScope($0.span) }
            var out = [UInt8]("Bearer error=\"insufficient_scope\"".utf8)
            if !safe.isEmpty {
                out.append(contentsOf: ", scope=\"".utf8)
                out.append(contentsOf: Self.joined(safe))
                out.append(contentsOf: "\"".utf8)
            }
            out.append(contentsOf: ", resource_metadata=\"".utf8)
            out.append(contentsOf: url)
            out.append(contentsOf: "\", error_description=\"The operation needs a scope that the access token lacks\"".utf8)
            return out
        }
    }

    private static let wellKnown = [UInt8]("/.well-known/oauth-protected-resource".utf8)
    private static let refusal = [UInt8](
        ", error=\"invalid_token\", error_description=\"The access token is expired, revoked, malformed, or not for this resource\"".utf8)

    private static func joined(_ words: [[UInt8]]) -> [UInt8] {
        [UInt8](words.joined(separator: [UInt8(ascii: " ")]))
    }

    private static func document(
        _ resource: ExternalURL, _ servers: [ExternalURL], _ scopes: [[UInt8]], _ name: String?, _ boundToCertificates: Bool
    ) -> [UInt8] {
        var out = ByteBuffer(capacity: 512)
        out.append("{\"resource\":")
        JSONText.appendString(resource.text.span, to: &out)
        append("authorization_servers", servers.map(\.text), to: &out)
        append("scopes_supported", scopes, to: &out)
        out.append(",\"bearer_methods_supported\":[\"header\"]")
        if boundToCertificates { out.append(",\"tls_client_certificate_bound_access_tokens\":true") }
        if let name {
            out.append(",\"resource_name\":")
            JSONText.appendString(name, to: &out)
        }
        out.append("}")
        return out.takeAll()
    }

    /// A member with a list of texts; nothing if the list is empty.
    private static func append(_ name: StaticString, _ texts: [[UInt8]], to out: inout ByteBuffer) {
        guard !texts.isEmpty else { return }
        out.append(",")
        JSONText.appendString(name, to: &out)
        out.append(":[")
        for (at, text) in texts.enumerated() {
            if at > 0 { out.append(",") }
            JSONText.appendString(text.span, to: &out)
        }
        out.append("]")
    }
}
