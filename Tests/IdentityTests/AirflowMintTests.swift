import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

@Suite struct AirflowMintTests {
    static let roles = Forge.made {
        try RoleMapping([
            RoleRule(.groups([Forge.bytes("admins")]), role: .admin), RoleRule(.groups([Forge.bytes("analytics")]), role: .viewer),
        ])
    }

    static func mint(
        key: SigningKey = Forge.secretKey(.hs512), algorithm: SignatureAlgorithm? = nil, keyID: String? = nil, issuer: String? = nil,
        audience: String = "apache-airflow", lifetime: Duration = .seconds(600), subject: SubjectSource = .subject,
        roles: RoleMapping? = Self.roles
    ) throws -> AirflowMint {
        try AirflowMint(
            key: key, algorithm: algorithm, keyID: keyID.map(Forge.bytes), issuer: issuer.map(Forge.bytes), audience: Forge.bytes(audience),
            lifetime: lifetime, subject: subject, roles: roles)
    }

    /// The token inside a credential.
    static func token(_ credential: UpstreamCredential) throws -> [UInt8] {
        let value = try #require(credential.authorization)
        guard case .bearer(let place) = BearerToken.parse(value.span) else { throw TokenRefusal.notCompact }
        return [UInt8](value[place])
    }

    private func minted(_ mint: AirflowMint, _ principal: Principal, now: WallTime = Forge.now) throws -> CompactToken {
        let token = try Self.token(Issuer(.mint(mint)).credential(for: principal, now: now))
        return try CompactToken(token.span)
    }

    private func claims(_ token: CompactToken) -> String {
        token.claims.root.withSource { source in Forge.text(source.withUnsafeBufferPointer { [UInt8]($0) }) }
    }

    @Test func saysExactlyWhatAirflowWants() throws {
        let token = try minted(Self.mint(), Forge.principal(), now: Forge.now.moved(by: .milliseconds(900)))
        let id = try #require(token.claims.root["jti"]?.string)
        #expect(id.count == 32)
        #expect(Hex.decode(id) != nil)
        let seconds = Forge.now.seconds
        #expect(
            claims(token) == "{\"sub\":\"alice\",\"role\":\"viewer\",\"jti\":\"\(Forge.text(id))\",\"aud\":\"apache-airflow\","
                + "\"nbf\":\(seconds),\"iat\":\(seconds),\"exp\":\(seconds + 600)}")
        #expect(token.header.algorithm == .hs512)
        #expect(token.header.keyID == nil)
    }

    /// What Airflow itself would believe: a token of its own key that claims a role beyond its subject's.
    @Test(arguments: [
        (nil, nil), ("\"viewer\"", nil), ("\"Viewer\"", nil), ("\"user\"", IssueFailure.roleClaimed), ("\"ADMIN\"", .roleClaimed),
        ("\"root\"", nil), ("[\"admin\"]", nil),
    ])
    func anAirflowTokenMayNotClaimMoreThanItsSubjectHas(role: String?, failure: IssueFailure?) throws {
        let mapping = try RoleMapping([RoleRule(.subjects([Forge.bytes("vera")]), role: .viewer)])
        let mint = try Self.mint(roles: mapping)
        let secret = Forge.secretKey(.hs512)
        let trust = try IssuerTrust.airflow(name: Forge.bytes("airflow"), hasIssuer: false, keys: KeySet(secrets: [Forge.secret()]))
        let now = Forge.now.seconds
        let claims = Forge.object(
            [
                ("sub", "\"vera\""), ("aud", "\"apache-airflow\""), ("jti", "\"1\""), ("nbf", "\(now)"), ("iat", "\(now)"),
                ("exp", "\(now + 60)"),
            ], role.map { ["role": $0] } ?? [:])
        let principal = try TokenVerifier(issuers: [trust]).verify(Forge.token("{\"alg\":\"HS512\"}", claims, secret))
        #expect(principal.isOfAirflow)
        if let failure {
            #expect(throws: failure) { try Issuer(.mint(mint)).credential(for: principal, now: Forge.now) }
        } else {
            #expect(throws: Never.self) { try Issuer(.mint(mint)).credential(for: principal, now: Forge.now) }
        }
    }

    @Test func onlyAPrivateKeyIsPublished() throws {
        #expect(try Self.mint().published == nil)
        let entry = try #require(try Self.mint(key: Forge.rsa, keyID: "louver-1").published)
        #expect(Forge.text(entry.id) == "louver-1")
        #expect(entry.algorithm == .rs256)
    }

    @Test func namesItsIssuerWhereOneIsConfigured() throws {
        let token = try minted(Self.mint(issuer: "https://airflow.example"), Forge.principal())
        #expect(token.claims.root["iss"]?.equals("https://airflow.example") == true)
    }

    @Test func leavesTheRoleOutWhereAirflowKeepsIt() throws {
        let token = try minted(Self.mint(subject: .claim(ClaimPath("fab_id")), roles: nil), Forge.principal(["fab_id": "42"]))
        #expect(token.claims.root["role"] == nil)
        #expect(token.claims.root["sub"]?.equals("42") == true)
    }

    @Test func neverCopiesARole() throws {
        let token = try minted(Self.mint(), Forge.principal(["role": "\"admin\""]))
        #expect(token.claims.root["role"]?.equals("viewer") == true)
    }

    @Test func escapesWhatItCopies() throws {
        let token = try minted(Self.mint(), Forge.principal(["sub": "\"al\\\"ice\\\\\\u00e4\""]))
        #expect(token.claims.root["sub"]?.string == Forge.bytes("al\"ice\\\u{e4}"))
    }

    @Test func noMappingNoToken() throws {
        let issuer = Issuer(.mint(try Self.mint()))
        #expect(throws: IssueFailure.noMapping) { try issuer.credential(for: Forge.principal(["groups": "[\"others\"]"]), now: Forge.now) }
        #expect(throws: IssueFailure.noMapping) { try issuer.credential(for: Forge.principal(["groups": nil]), now: Forge.now) }
    }

    @Test func everyTokenHasAnIDOfItsOwn() throws {
        let issuer = Issuer(.mint(try Self.mint()))
        let principal = try Forge.principal()
        var seen: Set<[UInt8]> = []
        for _ in 0..<50 { seen.insert(try Self.token(issuer.credential(for: principal, now: Forge.now))) }
        #expect(seen.count == 50)
    }

    @Test func ourOwnVerifierTakesThem() throws {
        let keys: [(SigningKey, SignatureAlgorithm?, String?, KeySet)] = [
            (Forge.secretKey(.hs512), nil, nil, try KeySet(secrets: [Forge.secret()])),
            (Forge.secretKey(.hs256), nil, nil, try KeySet(secrets: [Forge.secret()])),
            (Forge.rsa, nil, "rsa-1", try .jwks(Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1")]))),
            (Forge.ed, .eddsa, "ed-1", try .jwks(Forge.jwks([Forge.jwk(Forge.ed, kid: "ed-1")]))),
        ]
        for (key, algorithm, kid, set) in keys {
            let mint = try Self.mint(key: key, algorithm: algorithm, keyID: kid)
            let credential = try Issuer(.mint(mint)).credential(for: Forge.principal(), now: Forge.now)
            let trust = try IssuerTrust.airflow(name: Forge.bytes("airflow"), hasIssuer: false, algorithms: [mint.algorithm], keys: set)
            let verifier = try TokenVerifier(issuers: [trust])
            let principal = try verifier.verify(Self.token(credential))
            #expect(principal.subject == Forge.bytes("alice"))
            #expect(principal.expires == credential.expires)
            #expect(verifier.refusal(of: try Self.token(credential), now: credential.expires.moved(by: .seconds(10))) == .expired)
        }
    }

    @Test func aPrivateKeyGoesByItsThumbprint() throws {
        let token = try minted(Self.mint(key: Forge.ed), Forge.principal())
        #expect(token.header.keyID == Forge.ed.publicParts?.thumbprint())
    }

    @Test func settingsAreChecked() {
        #expect(throws: IdentityFault.self) { try Self.mint(lifetime: .seconds(59)) }
        #expect(throws: IdentityFault.self) { try Self.mint(lifetime: .seconds(3_601)) }
        #expect(throws: IdentityFault.self) { try Self.mint(key: Forge.rsa, algorithm: .hs512, keyID: "k") }
        #expect(throws: IdentityFault.self) { try Self.mint(key: Forge.secretKey(.hs512), algorithm: .hs256) }
        #expect(throws: IdentityFault.self) { try Self.mint(key: Forge.secretKey(.hs512), algorithm: .rs256) }
        #expect(throws: IdentityFault.self) { try Self.mint(audience: "") }
        #expect(throws: IdentityFault.self) { try Self.mint(key: Forge.ed, keyID: "a\nb") }
        #expect(throws: Never.self) { _ = try Self.mint(lifetime: .seconds(60)) }
        #expect(throws: Never.self) { _ = try Self.mint(key: Forge.rsa, algorithm: .ps256, keyID: "k", lifetime: .seconds(3_600)) }
    }
}
