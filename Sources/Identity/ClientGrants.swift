import Core
import Crypto
import JSON

/// Gives tokens to machines: the client credentials grant (RFC 6749 section 4.4). A client is known by an API key, which is its secret, or
/// by its certificate (RFC 8705 section 2), to which its token is then bound.
///
/// Such a token begins no chain: the machine can ask again, and whoever takes its key away takes everything away within one lifetime.
public struct ClientGrants: Sendable {
    /// A request of a client that is known.
    public struct Request: Sendable {
        /// Who asks.
        public let client: Principal
        let scopes: [[UInt8]]
        /// What the token is for; nil for every endpoint.
        let audiences: [[UInt8]]?
        /// The certificate that the token is bound to.
        let certificate: [UInt8]?
    }

    /// A token that was given.
    public struct Grant: Sendable {
        /// The body of the answer (RFC 6749 section 5.1), which holds the token.
        public let body: [UInt8]
        /// The `jti` of the token.
        public let tokenID: [UInt8]
    }

    /// Where it is asked for.
    public let path: [UInt8]
    private let tokens: ClientTokens

    /// Makes the endpoint's rules.
    public init(path: [UInt8], tokens: ClientTokens) {
        self.path = path
        self.tokens = tokens
    }

    /// Reads a request and finds out who asks. Throws unless that is somebody known, by one way, who asks for what he may have.
    /// - Parameters:
    ///   - authorization: the value of the Authorization field.
    ///   - certificate: whom the verified certificate of the connection names, where that counts, and its SHA-256.
    ///   - verifier: what knows the API keys.
    public func request(
        _ body: [UInt8], authorization: [UInt8]?, certificate: (principal: Principal, thumbprint: [UInt8])?, verifier: TokenVerifier,
        now: WallTime
    ) throws(GrantRefusal) -> Request {
        guard let form = FormFields(body) else { throw .invalidRequest }
        let client: Principal
        var thumbprint: [UInt8]?
        if let (id, secret) = try secret(form, authorization) {
            client = try known(id, secret, verifier, now)
        } else if let certificate, form.value("client_id") ?? certificate.principal.subject == certificate.principal.subject {
            (client, thumbprint) = certificate
        } else {
            throw .invalidClient
        }
        guard let grant = form.value("grant_type") else { throw .invalidRequest }
        guard ASCII.equals(grant.span, "client_credentials") else { throw .unsupportedGrantType }
        let resources = form.values("resource")
        guard resources.allSatisfy({ tokens.audiences.contains($0) }) else { throw .invalidTarget }
        return Request(
            client: client, scopes: try scopes(form.value("scope"), of: client), audiences: resources.isEmpty ? nil : resources,
            certificate: thumbprint)
    }

    /// Makes the token.
    public func grant(_ request: Request, now: WallTime) throws(IssueFailure) -> Grant {
        var holder = ClientTokens.Holder(subject: request.client.subject)
        holder.client = request.client.subject
        holder.groups = request.client.groups
        holder.scopes = request.scopes
        let id = SecureRandom.uuid4Hex()
        let expires = min(now.moved(by: tokens.lifetime), request.client.expires)
        let token = try tokens.issueAlone(
            holder, id: id, audiences: request.audiences, certificate: request.certificate, expires: expires, now: now)
        var out = ByteBuffer(capacity: 1_024)
        out.append("{\"access_token\":")
        JSONText.appendString(token.span, to: &out)
        out.append(",\"token_type\":\"Bearer\",\"expires_in\":")
        out.append(decimal: max(0, Int(expires.seconds - now.seconds)))
        if !request.scopes.isEmpty {
            out.append(",\"scope\":")
            let scopes = [UInt8](request.scopes.joined(separator: [UInt8(ascii: " ")]))
            JSONText.appendString(scopes.span, to: &out)
        }
        out.append("}")
        return Grant(body: out.takeAll(), tokenID: id)
    }

    /// What the client says of itself: in the field, or in the body, and never in both (RFC 6749 section 2.3).
    private func secret(_ form: FormFields, _ authorization: [UInt8]?) throws(GrantRefusal) -> (id: [UInt8], secret: [UInt8])? {
        let named = form.value("client_id")
        let written = form.value("client_secret")
        guard let authorization else {
            guard let written else { return nil }
            guard let named else { throw .invalidRequest }
            return (named, written)
        }
        guard written == nil else { throw .invalidRequest }
        guard let (id, secret) = Self.basic(authorization) else { throw .invalidClient }
        guard named == nil || named == id else { throw .invalidRequest }
        return (id, secret)
    }

    private static func basic(_ authorization: [UInt8]) -> (id: [UInt8], secret: [UInt8])? {
        guard case .basic = BearerToken.parse(authorization.span), let space = authorization.firstIndex(of: UInt8(ascii: " ")),
            let pair = Base64.decode([UInt8](authorization[(space + 1)...])), let colon = pair.firstIndex(of: UInt8(ascii: ":")),
            let id = FormFields.decoded(pair[..<colon]), let secret = FormFields.decoded(pair[(colon + 1)...])
        else { return nil }
        return (id, secret)
    }

    private func known(
        _ id: [UInt8], _ secret: [UInt8], _ verifier: TokenVerifier, _ now: WallTime
    ) throws(GrantRefusal) -> Principal {
        guard APIKeys.isKey(secret.span), let client = try? verifier.verify(secret.span, now: now), client.issuer == APIKeys.issuer,
            client.subject == id
        else { throw .invalidClient }
        return client
    }

    /// The scopes that are asked for, or all that the client has.
    private func scopes(_ asked: [UInt8]?, of client: Principal) throws(GrantRefusal) -> [[UInt8]] {
        guard let asked else { return client.scopes }
        let wanted = asked.split(separator: UInt8(ascii: " ")).map { [UInt8]($0) }
        guard !wanted.isEmpty, wanted.allSatisfy({ client.scopes.contains($0) }) else { throw .invalidScope }
        return wanted
    }
}
