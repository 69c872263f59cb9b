import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct ClientTokensTests {
    private static let resource = Forge.bytes("https://louver.example/mcp")
    private static let name = Forge.bytes("https://louver.example")
    private static let tokens = Forge.made {
        try ClientTokens(
            issuer: name, key: Forge.ed, keyID: Forge.bytes("clients-1"), audiences: [resource], lifetime: .seconds(600),
            chain: .seconds(3_600))
    }

    private static func verifier(_ revoked: String = "") throws -> TokenVerifier {
        let airflow = try IssuerTrust.airflow(name: Forge.bytes("airflow"), hasIssuer: false, keys: KeySet(secrets: [Forge.secret()]))
        return try TokenVerifier(
            issuers: [airflow, Forge.trust(), tokens.trust([tokens.published])], revoked: RevokedTokens(Forge.bytes(revoked)))
    }

    private func later(_ seconds: Int64) -> WallTime { WallTime(seconds: Forge.now.seconds + seconds) }

    private func holder() -> ClientTokens.Holder {
        var holder = ClientTokens.Holder(subject: Forge.bytes("nightly"))
        holder.client = Forge.bytes("cron")
        holder.groups = [Forge.bytes("analytics")]
        holder.scopes = [Forge.bytes("a"), Forge.bytes("b")]
        return holder
    }

    private func issued() throws -> Principal {
        try Self.verifier().verify(Self.tokens.issue(holder(), now: Forge.now))
    }

    @Test func isWhoWasNamed() throws {
        let principal = try issued()
        #expect(principal.issuer == Self.name)
        #expect(principal.subject == Forge.bytes("nightly"))
        #expect(principal.client == Forge.bytes("cron"))
        #expect(principal.groups == [Forge.bytes("analytics")])
        #expect(principal.scopes == [Forge.bytes("a"), Forge.bytes("b")])
        #expect(principal.expires == later(600))
        #expect(principal.tokenID?.count == 32)
        #expect(principal.isRenewable && !principal.isOfAirflow)
    }

    @Test func theLastFifthBringsTheNext() throws {
        #expect(try Self.tokens.renewal(of: issued()) == later(480))
        #expect(try Self.tokens.renewal(of: Forge.principal()) == nil, "a provider's token")
    }

    @Test func aChainKeepsItsIdentityAndItsEnd() throws {
        var principal = try issued()
        let first = principal
        var now = later(500)
        var steps = 0
        while let next = Self.tokens.successor(of: principal, now: now) {
            principal = try Self.verifier().verify(next, now: now)
            #expect(principal.key == first.key)
            #expect(principal.groups == first.groups)
            #expect(principal.claims.root["chain"]?.string == first.tokenID)
            #expect(principal.expires <= later(3_600))
            steps += 1
            now = WallTime(seconds: principal.expires.seconds - 100)
            if steps > 100 { break }
        }
        #expect(principal.expires == later(3_600))
        #expect((6...9).contains(steps))
    }

    /// A caller whom Airflow vouched for stays Airflow's: limits, seals and credentials are kept under the same key.
    @Test func anAirflowUserStaysWhoHeWas() throws {
        let now = Forge.now.seconds
        let claims =
            "{\"sub\":\"vera\",\"aud\":\"apache-airflow\",\"jti\":\"1\",\"nbf\":\(now),\"iat\":\(now),\"exp\":\(now + 600)}"
        let verifier = try Self.verifier()
        let before = try verifier.verify(Forge.token("{\"alg\":\"HS512\"}", claims, Forge.secretKey(.hs512)))
        let next = try #require(Self.tokens.successor(of: before, now: later(500)))
        let after = try verifier.verify(next, now: later(500))
        #expect(after.key == before.key)
        #expect(after.issuer == Forge.bytes("airflow"))
        #expect(after.claims.root["origin"]?.string == Forge.bytes("airflow"))
    }

    @Test func aChainIsRevokedByItsFirstToken() throws {
        let first = try Self.tokens.issue(holder(), now: Forge.now)
        let principal = try Self.verifier().verify(first)
        let id = Forge.text(try #require(principal.tokenID))
        let next = try #require(Self.tokens.successor(of: principal, now: later(500)))
        let other = try Self.tokens.issue(holder(), now: Forge.now)
        let strict = try Self.verifier("# stolen\n\n  \(id)  # on Monday\r\nother\n")
        #expect(strict.refusal(of: first) == .revoked)
        #expect(strict.refusal(of: next, now: later(500)) == .revoked)
        #expect(strict.refusal(of: other) == nil)
    }

    @Test func revocationsAreReadStrictly() throws {
        #expect(try RevokedTokens(Forge.bytes("a\nb\na\n\n# c\n")).count == 2)
        #expect(throws: IdentityFault.self) { try RevokedTokens([0x61, 0x00, 0x0A]) }
        #expect(throws: IdentityFault.self) { try RevokedTokens(Forge.bytes(String(repeating: "x", count: 2_000))) }
        let many = (0...Limits.revokedTokensMax).map { "\($0)" }.joined(separator: "\n")
        #expect(throws: IdentityFault.self) { try RevokedTokens(Forge.bytes(many)) }
    }

    /// Louver's own key, and claims it would never sign.
    @Test(arguments: [
        ("\"origin\":\"https://nobody.example\"", TokenRefusal.issuerUnknown), ("\"origin\":7", .issuerMalformed),
        ("\"origin\":\"\"", .issuerMalformed), ("\"jti\":null", .tokenIDMalformed), ("\"iat\":0", .lifetimeTooLong),
        ("\"aud\":\"apache-airflow\"", .audienceWrong), ("\"cnf\":{}", .confirmationUnsupported),
    ])
    func itsOwnKeySignsNoNonsense(member: String, refusal: TokenRefusal) throws {
        let now = Forge.now.seconds
        let name = String(member.dropFirst().prefix { $0 != "\"" })
        let claims = Forge.object(
            [
                ("iss", "\"\(Forge.text(Self.name))\""), ("sub", "\"nightly\""), ("aud", "\"\(Forge.text(Self.resource))\""),
                ("jti", "\"1\""), ("iat", "\(now)"), ("exp", "\(now + 600)"),
            ], [name: String(member.drop { $0 != ":" }.dropFirst())])
        let head = "{\"alg\":\"EdDSA\",\"kid\":\"clients-1\",\"typ\":\"at+jwt\"}"
        #expect(try Self.verifier().refusal(of: Forge.token(head, claims, Forge.ed)) == refusal)
    }

    @Test func settingsAreChecked() {
        func make(_ key: SigningKey = Forge.ed, lifetime: Int = 600, chain: Int = 3_600, issuer: String = "x") throws {
            _ = try ClientTokens(
                issuer: Forge.bytes(issuer), key: key, keyID: Forge.bytes("k"), audiences: [Self.resource], lifetime: .seconds(lifetime),
                chain: .seconds(chain))
        }
        #expect(throws: IdentityFault.self) { try make(Forge.secretKey(.hs512)) }
        #expect(throws: IdentityFault.self) { try make(lifetime: 59) }
        #expect(throws: IdentityFault.self) { try make(lifetime: 3_601) }
        #expect(throws: IdentityFault.self) { try make(chain: 599) }
        #expect(throws: IdentityFault.self) { try make(issuer: "") }
    }
}
