import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

@Suite struct ClientAuthenticationTests {
    private static let audience = Forge.bytes("https://idp.example/token")

    private static func keyed(
        _ key: SigningKey, kid: String? = "client-1", _ algorithm: SignatureAlgorithm? = nil
    ) throws -> ClientAuthentication {
        try ClientAuthentication(
            client: Forge.bytes("lou ver"), key: key, keyID: kid.map { Forge.bytes($0) }, algorithm: algorithm, audience: audience)
    }

    /// The fields of a form that a server would read.
    private func form(_ client: ClientAuthentication, now: WallTime = Forge.now) throws -> [String: String] {
        var form = FormText(Forge.bytes("token=x"))
        try client.add(to: &form, now: now)
        let fields = try #require(FormFields(form.bytes))
        let names: [StaticString] = ["client_id", "client_assertion_type", "client_assertion", "client_secret"]
        return names.reduce(into: [:]) { all, name in all[name.description] = fields.value(name).map { Forge.text($0) } }
    }

    static let keys: [(key: SigningKey, algorithm: SignatureAlgorithm?, expected: SignatureAlgorithm)] = [
        (Forge.rsa, nil, .rs256), (Forge.rsa, .ps256, .ps256), (Forge.rsa, .rs512, .rs512), (Forge.ec, nil, .es256),
        (Forge.ed, nil, .eddsa),
    ]

    @Test(arguments: keys.indices) func anAssertionIsOneThatOurOwnVerifierWouldTake(row: Int) throws {
        let (key, algorithm, expected) = Self.keys[row]
        let client = try Self.keyed(key, algorithm)
        #expect(client.authorization == nil)
        let fields = try form(client)
        #expect(fields["client_id"] == "lou ver" && fields["client_secret"] == nil)
        #expect(fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        let assertion = Forge.bytes(try #require(fields["client_assertion"]))
        let token = try CompactToken(assertion.span)
        #expect(token.header.algorithm == expected && token.header.keyID == Forge.bytes("client-1"))
        let claims = token.claims.root
        #expect(claims["iss"]?.string == Forge.bytes("lou ver") && claims["sub"]?.string == Forge.bytes("lou ver"))
        #expect(claims["aud"]?.string == Self.audience)
        let server = try TokenVerifier(issuers: [
            IssuerTrust(
                issuer: Forge.bytes("lou ver"), audiences: [Self.audience], algorithms: [expected],
                keys: .jwks(Forge.jwks([Forge.jwk(key, kid: "client-1")])))
        ])
        let principal = try server.verify(assertion.span, now: Forge.now)
        #expect(principal.expires == Forge.now.moved(by: .seconds(60)))
    }

    @Test func everyRequestHasAnAssertionOfItsOwn() throws {
        let client = try Self.keyed(Forge.ed)
        let ids = try (0..<20).map { _ in
            let assertion = Forge.bytes(try #require(try form(client)["client_assertion"]))
            return try CompactToken(assertion.span).claims.root["jti"]?.string
        }
        #expect(Set(ids).count == 20 && !ids.contains(nil))
    }

    @Test func aKeyWithoutANameGoesByItsThumbprint() throws {
        let assertion = Forge.bytes(try #require(try form(Self.keyed(Forge.ec, kid: nil))["client_assertion"]))
        #expect(try CompactToken(assertion.span).header.keyID == Forge.ec.publicParts?.thumbprint())
    }

    @Test func anOrderIsSignedWhenItGoesOut() throws {
        let exchange = try TokenExchange(client: Self.keyed(Forge.ed))
        let order = exchange.order(for: try Forge.principal(), token: Forge.bytes("a.b.c").span)
        #expect(!Forge.text(order.body).contains("client_assertion"))
        let (first, second) = (try order.body(at: Forge.now), try order.body(at: Forge.now))
        #expect(first != second, "each has an id of its own")
        #expect(Forge.text(first).hasPrefix(Forge.text(order.body) + "&client_id="))
    }

    @Test func settingsAreChecked() {
        #expect(throws: IdentityFault.self) { try ClientAuthentication(client: [], secret: nil) }
        #expect(throws: IdentityFault.self) { try Self.keyed(Forge.secretKey(.hs256)) }
        #expect(throws: IdentityFault.self) { try Self.keyed(Forge.rsa, .es256) }
        #expect(throws: IdentityFault.self) { try Self.keyed(Forge.rsa, kid: "") }
        #expect(throws: IdentityFault.self) { try ClientAuthentication(client: Forge.bytes("a"), key: Forge.ed, audience: []) }
    }
}
