import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

@Suite struct TokenVerifierTests {
    @Test func tellsWhoIsCalling() throws {
        let token = Forge.sound()
        let principal = try Forge.verifier.verify(token)
        #expect(principal.issuer == Forge.bytes(Forge.issuer))
        #expect(principal.issuerIndex == 0)
        #expect(principal.subject == Forge.bytes("alice"))
        #expect(principal.client == Forge.bytes("ide"))
        #expect(principal.groups == [Forge.bytes("analytics"), Forge.bytes("on-call")])
        #expect(principal.scopes == [Forge.bytes("airflow:read"), Forge.bytes("airflow:logs")])
        #expect(principal.expires == WallTime(seconds: Forge.now.seconds + 540))
        #expect(principal.tokenID == Forge.bytes("t-1"))
        #expect(principal.confirmation == nil)
        #expect(principal.tokenDigest == Digest.sha256Value(token.span))
        #expect(principal.claims.root["sub"]?.equals("alice") == true)
    }

    /// Changes to header and claims that a sound token may have.
    static let taken: [(name: String, header: [String: String?], claims: [String: String?])] = [
        ("typ JWT", ["typ": "\"JWT\""], [:]),
        ("typ jwt", ["typ": "\"jwt\""], [:]),
        ("no typ", ["typ": nil], [:]),
        ("typ with its prefix", ["typ": "\"application/at+jwt\""], [:]),
        ("typ with its prefix in capitals", ["typ": "\"APPLICATION/AT+JWT\""], [:]),
        ("a header member nobody knows", ["nonce": "\"x\"", "x5t": "\"y\""], [:]),
        ("a harmless cty", ["cty": "\"json\""], [:]),
        ("aud as a list", [:], ["aud": "[\"https://else.example\",\"\(Forge.audience)\"]"]),
        ("scp as a list", [:], ["scope": nil, "scp": "[\"airflow:read\",\"airflow:logs\"]"]),
        ("scp as a string", [:], ["scope": nil, "scp": "\"airflow:read airflow:logs\""]),
        ("no jti", [:], ["jti": nil]),
        ("no iat", [:], ["iat": nil]),
        ("fractions of seconds", [:], ["exp": "\(Forge.now.seconds + 540).75", "iat": "\(Forge.now.seconds - 60).25"]),
        ("exp in another spelling", [:], ["exp": "1.80000054e9"]),
        ("expired within the leeway", [:], ["exp": "\(Forge.now.seconds - 29)"]),
        ("nbf at the end of the leeway", [:], ["nbf": "\(Forge.now.seconds + 30)"]),
        ("iat at the end of the leeway", [:], ["iat": "\(Forge.now.seconds + 30)"]),
        ("the longest lifetime", [:], ["iat": "\(Forge.now.seconds)", "exp": "\(Forge.now.seconds + 86_400)"]),
        ("unknown claims", [:], ["https://example.com/x": "{\"y\":[1,2,3]}"]),
        ("a name beyond ASCII", [:], ["sub": "\"\u{e4}lice\""]),
    ]

    @Test(arguments: taken) func takes(name: String, header: [String: String?], claims: [String: String?]) {
        #expect(Forge.verifier.refusal(of: Forge.token(Forge.header(header), Forge.claims(claims), Forge.rsa)) == nil)
    }

    static let algorithms: [(key: SigningKey, kid: String, algorithm: SignatureAlgorithm, name: String)] = [
        (Forge.rsa, "rsa-1", .rs256, "RS256"), (Forge.rsa, "rsa-1", .ps256, "PS256"), (Forge.ec, "ec-1", .es256, "ES256"),
        (Forge.ed, "ed-1", .eddsa, "EdDSA"), (Forge.ed, "ed-1", .eddsa, "Ed25519"),
    ]

    @Test(arguments: algorithms.indices) func takesEveryPinnedAlgorithm(row: Int) {
        let (key, kid, algorithm, name) = Self.algorithms[row]
        let named = Forge.header(["alg": "\"\(name)\"", "kid": "\"\(kid)\""])
        #expect(Forge.verifier.refusal(of: Forge.token(named, Forge.claims(), key, algorithm)) == nil)
        let unnamed = Forge.header(["alg": "\"\(name)\"", "kid": nil])
        #expect(Forge.verifier.refusal(of: Forge.token(unnamed, Forge.claims(), key, algorithm)) == nil, "only one key fits")
    }

    /// Every algorithm of the issue, each with a key of its kind, and none of the others under that key.
    @Test(arguments: SignatureAlgorithm.allCases) func takesTheAlgorithmThatIsPinnedAndNoOther(algorithm: SignatureAlgorithm) throws {
        let (key, keys) = try Self.signing(algorithm)
        let verifier = Forge.verifier {
            $0 = try IssuerTrust(issuer: $0.issuer, audiences: $0.audiences, algorithms: [algorithm], keys: keys)
        }
        func token(_ named: SignatureAlgorithm) throws -> [UInt8] {
            let head = Forge.header(["alg": "\"\(named.name)\"", "kid": nil])
            return Forge.token(head, Forge.claims(), key, key.kind != .secret && key.kind.serves(named) ? named : algorithm)
        }
        #expect(verifier.refusal(of: try token(algorithm)) == nil)
        for other in SignatureAlgorithm.allCases where other != algorithm {
            #expect(verifier.refusal(of: try token(other)) == .algorithmRefused, "\(other.name)")
        }
    }

    private static func signing(_ algorithm: SignatureAlgorithm) throws -> (SigningKey, KeySet) {
        if KeyKind.secret.serves(algorithm) { return (Forge.secretKey(algorithm), try KeySet(secrets: [Forge.secret()])) }
        let key: SigningKey =
            switch algorithm {
            case .es256: Forge.ec
            case .es384: Forge.signingKey(GeneratedKey.ec("secp384r1"))
            case .es512: Forge.signingKey(GeneratedKey.ec("secp521r1"))
            case .eddsa: Forge.ed
            default: Forge.rsa
            }
        return (key, try .jwks(Forge.jwks([Forge.jwk(key, kid: nil)])))
    }

    @Test func clientComesFromEitherClaim() throws {
        #expect(try Forge.principal(["client_id": nil, "azp": "\"web\""]).client == Forge.bytes("web"))
        #expect(try Forge.principal(["azp": "\"web\""]).client == Forge.bytes("ide"))
        #expect(try Forge.principal(["client_id": nil]).client == nil)
    }

    @Test func noIssuerNoEntry() throws {
        let closed = try TokenVerifier(issuers: [])
        #expect(closed.refusal(of: Forge.sound()) == .issuerUnknown)
    }

    @Test func aSubjectMayBeLeftOutForMachines() throws {
        let verifier = Forge.verifier { $0.requiresSubject = false }
        #expect(try verifier.verify(Forge.sound(["sub": nil])).subject.isEmpty)
        #expect(verifier.refusal(of: Forge.sound(["sub": nil, "client_id": nil])) == .subjectMissing)
        #expect(verifier.refusal(of: Forge.sound(["sub": "\"\""])) == .subjectMalformed)
    }

    @Test func settingsAreHeld() throws {
        #expect(Forge.verifier { $0.requiresTokenID = true }.refusal(of: Forge.sound(["jti": nil])) == .tokenIDMissing)
        #expect(Forge.verifier { $0.requiresIssuedAt = true }.refusal(of: Forge.sound(["iat": nil])) == .issuedAtMissing)
        #expect(Forge.verifier { $0.maximumLifetime = .seconds(599) }.refusal(of: Forge.sound()) == .lifetimeTooLong)
        #expect(Forge.verifier { $0.leeway = .zero }.refusal(of: Forge.sound(["nbf": "\(Forge.now.seconds + 1)"])) == .notYetValid)
        #expect(Forge.verifier { $0.requiresCertificate = true }.refusal(of: Forge.sound()) == .confirmationMissing)
        let access = Forge.verifier { $0.requiresAccessTokenType = true }
        #expect(access.refusal(of: Forge.sound()) == nil)
        #expect(access.refusal(of: Forge.token(Forge.header(["typ": "\"JWT\""]), Forge.claims(), Forge.rsa)) == .typeRefused)
        #expect(access.refusal(of: Forge.token(Forge.header(["typ": nil]), Forge.claims(), Forge.rsa)) == .typeRefused)
    }

    @Test func missingScopesAreTold() {
        let wanted = [Forge.bytes("airflow:read"), Forge.bytes("airflow:write")]
        let verifier = Forge.verifier { $0.requiredScopes = wanted }
        #expect(throws: TokenFailure(.scopeMissing, issuer: 0, requiredScopes: wanted)) { try verifier.verify(Forge.sound()) }
        #expect(verifier.refusal(of: Forge.sound(["scope": "\"airflow:write airflow:read\""])) == nil)
        #expect(verifier.refusal(of: Forge.sound(["scope": nil])) == .scopeMissing)
        #expect(verifier.refusal(of: Forge.sound(["scope": "\"airflow:readx airflow:write\""])) == .scopeMissing)
    }

    @Test func requiredClaimsAreHeld() {
        let verifier = Forge.verifier { trust in
            trust.requiredClaims = [ClaimRequirement(try ClaimPath("tenant.name"), anyOf: [Forge.bytes("acme")])]
        }
        #expect(verifier.refusal(of: Forge.sound(["tenant": "{\"name\":\"acme\"}"])) == nil)
        #expect(verifier.refusal(of: Forge.sound(["tenant": "{\"name\":\"acme2\"}"])) == .claimRefused)
        #expect(verifier.refusal(of: Forge.sound()) == .claimRefused)
    }

    @Test func theFailureNamesTheIssuerWhoseKeysMayBeOld() {
        let token = Forge.token(Forge.header(["kid": "\"rsa-9\""]), Forge.claims(["iss": "\"\(Forge.otherIssuer)\""]), Forge.rsa)
        #expect(throws: TokenFailure(.keyUnknown, issuer: 1)) { try Forge.verifier.verify(token) }
    }

    @Test func twoKeysForOneAlgorithmNeedAKid() throws {
        let trust = try IssuerTrust(
            issuer: Forge.bytes(Forge.issuer), audiences: [Forge.bytes(Forge.audience)], algorithms: [.rs256],
            keys: .jwks(Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1"), Forge.jwk(Forge.strangerRSA, kid: "rsa-2")])))
        let verifier = try TokenVerifier(issuers: [trust])
        #expect(verifier.refusal(of: Forge.token(Forge.header(["kid": nil]), Forge.claims(), Forge.rsa)) == .keyAmbiguous)
        #expect(verifier.refusal(of: Forge.sound()) == nil)
    }

    @Test func keysMayComeLater() throws {
        let waiting = try TokenVerifier(issuers: [
            IssuerTrust(
                issuer: Forge.bytes(Forge.issuer), audiences: [Forge.bytes(Forge.audience)], algorithms: [.rs256], keys: .empty)
        ])
        #expect(waiting.refusal(of: Forge.sound()) == .keysUnavailable)
        let keys = try KeySet.jwks(Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1")]))
        #expect(try waiting.replacing(keys: [0: keys]).refusal(of: Forge.sound()) == nil)
        let secret = try KeySet(secrets: [Forge.secret()])
        #expect(throws: IdentityFault.self) { try waiting.replacing(keys: [0: secret]) }
    }

    @Test func aBoundTokenNeedsItsCertificate() {
        let certificate = [UInt8](repeating: 7, count: 32)
        let token = Forge.sound(["cnf": "{\"x5t#S256\":\"\(Forge.text(Base64.encode(certificate, .url)))\"}"])
        #expect(Forge.verifier.refusal(of: token, certificate: certificate) == nil)
        #expect(Forge.verifier.refusal(of: token) == .certificateMissing)
        #expect(Forge.verifier.refusal(of: token, certificate: [UInt8](repeating: 8, count: 32)) == .certificateWrong)
        #expect(Forge.verifier.refusal(of: token, certificate: []) == .certificateWrong)
        #expect(Forge.verifier.refusal(of: Forge.sound(), certificate: certificate) == nil)
    }

    @Test func twoIssuersOfOneNameAreAFault() {
        #expect(throws: IdentityFault.self) { try TokenVerifier(issuers: [Forge.trust(), Forge.trust()]) }
        #expect(throws: IdentityFault.self) { try TokenVerifier(issuers: [Forge.trust { $0.leeway = .seconds(121) }]) }
        #expect(throws: IdentityFault.self) { try TokenVerifier(issuers: [Forge.trust { $0.leeway = .seconds(-1) }]) }
        #expect(throws: IdentityFault.self) { try TokenVerifier(issuers: [Forge.trust { $0.maximumLifetime = .zero }]) }
        #expect(throws: IdentityFault.self) { try TokenVerifier(issuers: [Forge.trust { $0.requiredScopes = [Forge.bytes("a b")] }]) }
    }
}
