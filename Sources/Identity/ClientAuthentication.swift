import Core
import Crypto
import JSON

/// How Louver proves to an authorization server which of its clients it is: by a secret (RFC 6749 section 2.3.1), by an assertion that it
/// signs for each request (RFC 7523 section 2.2, `private_key_jwt`), or by nothing that the request holds, as with a TLS certificate
/// (RFC 8705 section 2).
public struct ClientAuthentication: Sendable {
    private enum Proof: Sendable {
        /// The value of the Authorization field.
        case basic([UInt8])
        case assertion(TokenSigner, audience: [UInt8])
        case none
    }

    private let client: [UInt8]
    private let proof: Proof

    /// Proves it by a secret; nil for a client that proves itself by its TLS certificate. Throws if the client's name cannot be used.
    public init(client: [UInt8], secret: SecretBytes?) throws(IdentityFault) {
        try Self.check(client)
        self.client = client
        guard let secret else {
            proof = .none
            return
        }
        var pair = FormText.encoded(client)
        pair.append(UInt8(ascii: ":"))
        pair.append(contentsOf: FormText.encoded(secret.withBytes { [UInt8]($0) }))
        proof = .basic([UInt8]("Basic ".utf8) + Base64.encode(pair))
    }

    /// Proves it by a private key.
    /// - Parameters:
    ///   - keyID: the `kid` under which the server knows the public half; nil for its thumbprint (RFC 7638).
    ///   - algorithm: what to sign with; nil for the key's usual one.
    ///   - audience: what the server calls itself there, which is its own URL or that of the endpoint.
    /// Throws if a name cannot be used, the key is a shared secret, or the algorithm does not go with it.
    public init(
        client: [UInt8], key: SigningKey, keyID: [UInt8]? = nil, algorithm: SignatureAlgorithm? = nil, audience: [UInt8]
    ) throws(IdentityFault) {
        try Self.check(client)
        let algorithm = algorithm ?? key.defaultAlgorithm
        guard key.kind != .secret, key.kind.serves(algorithm) else {
            throw IdentityFault(
                "\(algorithm.name) does not go with the key of the client", remedy: "write \(key.defaultAlgorithm.name), or leave it out")
        }
        let keyID = keyID ?? key.publicParts?.thumbprint()
        for text in [keyID, audience].compactMap(\.self) where !ClaimText.isPlain(text.span) {
            throw IdentityFault(
                "the `kid` or `audience` of a client's key is empty, too long, or holds a control character",
                remedy: "write what the authorization server knows the key and itself by")
        }
        self.client = client
        proof = .assertion(TokenSigner(key, algorithm, keyID: keyID, type: "JWT"), audience: audience)
    }

    /// The value of the Authorization field; nil for none.
    var authorization: [UInt8]? { if case .basic(let value) = proof { value } else { nil } }

    /// Adds what says and proves it in a form. An assertion is made for this one request: it holds for a minute and has an id of its own.
    func add(to form: inout FormText, now: WallTime) throws(IssueFailure) {
        switch proof {
        case .basic: break
        case .none: form.add("client_id", client)
        case .assertion(let signer, let audience):
            form.add("client_id", client)
            form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            form.add("client_assertion", try signer.sign(claims(audience, now)))
        }
    }

    private func claims(_ audience: [UInt8], _ now: WallTime) -> [UInt8] {
        var out = ByteBuffer(capacity: 256)
        let client = client
        out.append("{\"iss\":")
        JSONText.appendString(client.span, to: &out)
        out.append(",\"sub\":")
        JSONText.appendString(client.span, to: &out)
        out.append(",\"aud\":")
        JSONText.appendString(audience.span, to: &out)
        out.append(",\"jti\":\"")
        out.append(SecureRandom.uuid4Hex())
        out.append("\",\"iat\":")
        out.append(decimal: Int(now.seconds))
        out.append(",\"exp\":")
        out.append(decimal: Int(now.seconds) + Self.assertionSeconds)
        out.append("}")
        return out.takeAll()
    }

    private static let assertionSeconds = 60

    private static func check(_ client: [UInt8]) throws(IdentityFault) {
        guard !ClaimText.isPlain(client.span) else { return }
        throw IdentityFault("the client's id is empty, too long, or holds a control character", remedy: "write the registered `client_id`")
    }
}
