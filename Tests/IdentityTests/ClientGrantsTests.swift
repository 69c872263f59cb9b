import Core
import Crypto
import Testing

@testable import Identity

@Suite struct ClientGrantsTests {
    private static let secret = Forge.bytes("louver_" + String(repeating: "k", count: 40))
    private static let resources = [Forge.bytes("https://louver.example/one"), Forge.bytes("https://louver.example/two")]
    private static let grants = Forge.made {
        ClientGrants(
            path: Forge.bytes("/token"),
            tokens: try ClientTokens(
                issuer: Forge.bytes("https://louver.example"), key: Forge.ed, keyID: Forge.bytes("c"), audiences: resources,
                lifetime: .seconds(600), chain: .seconds(3_600)))
    }

    private static func verifier(expires: WallTime? = nil) throws -> TokenVerifier {
        var key = APIKeys.Key(id: Forge.bytes("re:port"), digest: Digest.sha256(secret.span))
        key.groups = [Forge.bytes("analytics")]
        key.scopes = [Forge.bytes("read"), Forge.bytes("logs")]
        key.expires = expires
        return try TokenVerifier(issuers: [Forge.trust()], apiKeys: APIKeys([key]))
    }

    private static let basic = Forge.bytes("Basic ") + Base64.encode(Forge.bytes("re%3Aport:") + secret)

    private func ask(
        _ form: String, _ authorization: [UInt8]? = basic, certificate: (principal: Principal, thumbprint: [UInt8])? = nil,
        expires: WallTime? = nil
    ) throws -> ClientGrants.Request {
        try Self.grants.request(
            Forge.bytes(form), authorization: authorization, certificate: certificate, verifier: Self.verifier(expires: expires),
            now: Forge.now)
    }

    @Test func theFormMayBeWrittenInAnyEscape() throws {
        let asked = try ask("grant_type=client%5Fcredentials&scope=logs+read&empty=")
        #expect(asked.client.subject == Forge.bytes("re:port"))
        #expect(asked.scopes == [Forge.bytes("logs"), Forge.bytes("read")])
        #expect(asked.audiences == nil && asked.certificate == nil)
        let all = try ask("grant_type=client_credentials&client_id=re%3Aport&client_secret=\(Forge.text(Self.secret))", nil)
        #expect(all.scopes.count == 2)
        let two = Self.resources.map { "&resource=" + Forge.text(FormText.encoded($0)) }.joined()
        #expect(try ask("grant_type=client_credentials" + two).audiences == Self.resources)
    }

    @Test(arguments: [
        ("", GrantRefusal.invalidRequest), ("grant_type", .invalidRequest), ("grant_type=", .invalidRequest),
        ("grant_type=client_credentials%", .invalidRequest), ("grant_type=client_credentials%4", .invalidRequest),
        ("grant_type=client_credentials&grant%5Ftype=x", .invalidRequest), ("grant_type=Client_Credentials", .unsupportedGrantType),
        ("grant_type=client_credentials&scope=write", .invalidScope), ("grant_type=client_credentials&scope=+", .invalidScope),
        ("grant_type=client_credentials&resource=https://louver.example/one/", .invalidTarget),
        ("grant_type=client_credentials&client_id=other", .invalidRequest),
        ("grant_type=client_credentials&client_id=re%3Aport&client_secret=x", .invalidRequest),
    ])
    func refusesTheForm(form: String, refusal: GrantRefusal) {
        #expect(throws: refusal) { try ask(form) }
    }

    @Test func refusesWhoIsNotKnown() throws {
        let grant = "grant_type=client_credentials"
        let wrong = ["Basic", "Basic ", "Basic !", "Basic " + Forge.text(Base64.encode(Forge.bytes("report"))), "Bearer abc", "Digest a"]
        for value in wrong { #expect(throws: GrantRefusal.invalidClient, "\(value)") { try ask(grant, Forge.bytes(value)) } }
        let token = Forge.bytes("Basic ") + Base64.encode(Forge.bytes("alice:") + Forge.sound())
        #expect(throws: GrantRefusal.invalidClient, "a token of an issuer's is no secret") { try ask(grant, token) }
        #expect(throws: GrantRefusal.invalidClient) { try ask(grant, nil) }
        #expect(throws: GrantRefusal.invalidClient, "its key has ended") { try ask(grant, expires: Forge.now) }
    }

    @Test func aTokenEndsWithItsKey() throws {
        let short = try Self.grants.grant(
            ask("grant_type=client_credentials", expires: WallTime(seconds: Forge.now.seconds + 90)), now: Forge.now)
        #expect(Forge.text(short.body).contains("\"expires_in\":90,\"scope\":\"read logs\"}"))
        let usual = try Self.grants.grant(ask("grant_type=client_credentials&scope=read"), now: Forge.now)
        #expect(Forge.text(usual.body).contains("\"token_type\":\"Bearer\",\"expires_in\":600,\"scope\":\"read\"}"))
        #expect(usual.tokenID.count == 32 && usual.tokenID != short.tokenID)
    }

    @Test func aCertificateNamesItsClient() throws {
        let thumbprint = [UInt8](repeating: 7, count: 32)
        let principal = try #require(Principal.certificate(Forge.bytes("robot"), thumbprint: thumbprint, expires: .init(seconds: .max)))
        let asked = try ask("grant_type=client_credentials", nil, certificate: (principal, thumbprint))
        #expect(asked.certificate == thumbprint && asked.scopes.isEmpty)
        #expect(throws: GrantRefusal.invalidScope) {
            try ask("grant_type=client_credentials&scope=read", nil, certificate: (principal, thumbprint))
        }
        #expect(throws: GrantRefusal.invalidClient) {
            try ask("grant_type=client_credentials&client_id=other", nil, certificate: (principal, thumbprint))
        }
    }
}
