import Core
import Crypto

/// Trades a caller's token for one that the upstream takes, at an authorization server (RFC 8693). The caller stays the subject; who acts
/// is said by the client's own login and, where one is configured, by an actor token.
public final class TokenExchange: Sendable {
    /// What is asked for.
    public struct Request: Sendable {
        /// The logical name of the upstream, at the server; nil for none.
        public var audience: [UInt8]?
        /// The URL of the upstream; nil for none.
        public var resource: [UInt8]?
        /// The scopes that are wanted; empty for what the server thinks right.
        public var scopes: [[UInt8]] = []

        /// Asks for nothing in particular.
        public init() {}
    }

    /// Whether what comes back must name Louver as the one who acts (`act`, RFC 8693 section 4.1).
    let requiresActor: Bool
    private let client: ClientAuthentication
    /// The part of the body that is the same for everybody.
    private let fixed: [UInt8]

    /// Makes an exchange.
    /// - Parameters:
    ///   - client: who Louver is there, and what proves it.
    ///   - actor: a token that says who acts; nil for none.
    /// Throws if a scope is no scope.
    public init(
        client: ClientAuthentication, actor: SecretBytes? = nil, requiresActor: Bool = false, request: Request = Request()
    ) throws(IdentityFault) {
        for scope in request.scopes where !ScopeText.isScope(scope.span) {
            throw IdentityFault("a scope of the exchange is no scope", remedy: "write words without space, quote and backslash")
        }
        self.client = client
        self.requiresActor = requiresActor
        var form = FormText()
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        form.add("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
        if let audience = request.audience { form.add("audience", audience) }
        if let resource = request.resource { form.add("resource", resource) }
        if !request.scopes.isEmpty { form.add("scope", [UInt8](request.scopes.joined(separator: [UInt8(ascii: " ")]))) }
        if let actor {
            form.add("actor_token", actor.withBytes { [UInt8]($0) })
            form.add("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")
        }
        fixed = form.bytes
    }

    /// What to post for the caller who came with this token.
    func order(for principal: Principal, token: Span<UInt8>) -> CredentialOrder {
        var form = FormText(fixed)
        form.add("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
        form.add("subject_token", token.withUnsafeBufferPointer { [UInt8]($0) })
        return CredentialOrder(
            key: principal.keyValue, contentType: "application/x-www-form-urlencoded", body: form.bytes, client: client)
    }
}
