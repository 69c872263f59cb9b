import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct IntrospectionTests {
    private static let questions = Forge.made {
        Introspection(
            Forge.trust { $0.requiredScopes = [] },
            client: try ClientAuthentication(client: Forge.bytes("louver"), secret: Forge.secret(Forge.bytes("s&c"))))
    }

    private func principal(_ changes: [String: String?] = [:]) throws -> Principal {
        let now = Forge.now.seconds
        let body = Forge.object(
            [
                ("active", "true"), ("sub", "\"alice\""), ("aud", "\"\(Forge.audience)\""), ("client_id", "\"ide\""),
                ("exp", "\(now + 60)"),
                ("scope", "\"airflow:read\""),
            ], changes)
        return try Self.questions.principal(Forge.bytes(body), token: Forge.bytes("opaque"), verifier: Forge.verifier, now: Forge.now)
    }

    @Test func asksAsTheStandardSays() {
        let order = Self.questions.order(Forge.bytes("a+b/c="))
        #expect(Forge.text(order.body) == "token_type_hint=access_token&token=a%2bb%2fc%3d")
        #expect(order.authorization == Forge.bytes("Basic ") + Base64.encode(Forge.bytes("louver:s%26c")))
    }

    @Test func isWhoTheIssuerSays() throws {
        let principal = try principal()
        #expect(principal.issuer == Forge.bytes(Forge.issuer))
        #expect(principal.subject == Forge.bytes("alice"))
        #expect(principal.client == Forge.bytes("ide"))
        #expect(principal.expires.seconds == Forge.now.seconds + 60)
        let text = Forge.bytes("opaque")
        #expect(principal.tokenDigest == Digest.sha256Value(text.span))
    }

    static let refusals: [(String, String?, TokenRefusal)] = [
        ("active", "false", .inactive), ("active", "\"true\"", .inactive), ("active", "1", .inactive), ("active", nil, .inactive),
        ("iss", "\"https://evil.example\"", .issuerUnknown), ("iss", "7", .issuerUnknown), ("exp", nil, .expiryMissing),
        ("exp", "1", .expired), ("aud", nil, .audienceMissing), ("aud", "\"other\"", .audienceWrong), ("sub", nil, .subjectMissing),
        ("sub", "7", .subjectMalformed), ("scope", "7", .scopeMalformed), ("cnf", "{\"jkt\":\"x\"}", .confirmationUnsupported),
    ]

    @Test(arguments: refusals) func refusesWhatDoesNotHold(name: String, value: String?, refusal: TokenRefusal) {
        let failure = #expect(throws: TokenFailure.self) { _ = try principal([name: value]) }
        #expect(failure?.reason == refusal)
    }

    @Test(arguments: ["", "[]", "null", "{\"active\":true,\"active\":true}", "{"]) func refusesWhatIsNoAnswer(body: String) {
        #expect(throws: TokenFailure.self) {
            _ = try Self.questions.principal(Forge.bytes(body), token: Forge.bytes("x"), verifier: Forge.verifier, now: Forge.now)
        }
    }

    @Test func isRememberedForAWhile() throws {
        let tokens = VerifiedTokens()
        let opaque = Forge.bytes("opaque")
        #expect(throws: TokenFailure.self) { try tokens.principal(opaque, Forge.verifier) }
        tokens.keep(
            try principal(["exp": "\(Forge.now.seconds + 600)"]), of: opaque.span, verifier: Forge.verifier, for: Introspection.reliance,
            now: Forge.now)
        for _ in 0..<3 { #expect(try tokens.principal(opaque, Forge.verifier).subject == Forge.bytes("alice")) }
        let later = WallTime(seconds: Forge.now.seconds + 60)
        #expect(throws: TokenFailure.self) { try tokens.principal(opaque, Forge.verifier, now: later) }
    }

    @Test func aLaterAnswerTakesThePlaceOfAnEarlierOne() throws {
        let tokens = VerifiedTokens()
        let opaque = Forge.bytes("an-opaque-token-of-more-than-sixteen-bytes")
        for groups in ["analytics", "on-call"] {
            let answer = Forge.claims(["active": "true", "iss": nil, "groups": "[\"\(groups)\"]", "exp": "\(Forge.now.seconds + 600)"])
            let told = try Self.questions.principal(Forge.bytes(answer), token: opaque, verifier: Forge.verifier, now: Forge.now)
            tokens.keep(told, of: opaque.span, verifier: Forge.verifier, for: Introspection.reliance, now: Forge.now)
            // The second call and those after it are answered by the token's bytes.
            for _ in 0..<3 { #expect(try tokens.principal(opaque, Forge.verifier).groups == [Forge.bytes(groups)]) }
        }
    }

    @Test func aRevokedTokenIsRefusedWhateverItsIssuerSays() throws {
        let revoking = try TokenVerifier(issuers: Forge.verifier.issuers, revoked: RevokedTokens(Forge.bytes("t-1")))
        let failure = #expect(throws: TokenFailure.self) {
            let body = Forge.bytes(Forge.claims(["active": "true"]))
            _ = try Self.questions.principal(body, token: Forge.bytes("opaque"), verifier: revoking, now: Forge.now)
        }
        #expect(failure?.reason == .revoked)
    }
}
