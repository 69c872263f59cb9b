import Core
import Crypto
import TestSupport
import Testing

@testable import Identity

@Suite struct IssuerTrustTests {
    private static let secret = Forge.made { try KeySet(secrets: [Forge.secret()]) }
    private static let publicKeys = Forge.made { try KeySet.jwks(Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1")])) }

    @Test func algorithmsGoWithTheirKeys() throws {
        for algorithm in SignatureAlgorithm.allCases {
            let isShared = [.hs256, .hs384, .hs512].contains(algorithm)
            for (keys, fits) in [(Self.secret, isShared), (Self.publicKeys, !isShared), (KeySet.empty, true)] {
                let make = {
                    try IssuerTrust(
                        issuer: [0x61], audiences: [[0x62]], algorithms: [.init(rawValue: algorithm.name) ?? .rs256], keys: keys)
                }
                if fits { _ = try make() } else { #expect(throws: IdentityFault.self) { try make() } }
            }
        }
    }

    @Test func namesAreNeeded() {
        let keys = Self.publicKeys
        #expect(throws: IdentityFault.self) { try IssuerTrust(issuer: [], audiences: [[0x62]], algorithms: [.rs256], keys: keys) }
        #expect(throws: IdentityFault.self) { try IssuerTrust(issuer: [0], audiences: [[0x62]], algorithms: [.rs256], keys: keys) }
        #expect(throws: IdentityFault.self) { try IssuerTrust(issuer: [0x61], audiences: [], algorithms: [.rs256], keys: keys) }
        #expect(throws: IdentityFault.self) { try IssuerTrust(issuer: [0x61], audiences: [[]], algorithms: [.rs256], keys: keys) }
        #expect(throws: IdentityFault.self) { try IssuerTrust(issuer: [0x61], audiences: [[0x62]], algorithms: [], keys: keys) }
    }

    @Test func replacingKeepsEverySetting() throws {
        var trust = Forge.trust()
        trust.leeway = .seconds(7)
        trust.maximumLifetime = .seconds(11)
        trust.requiredScopes = [Forge.bytes("a")]
        trust.requiredClaims = [ClaimRequirement(try ClaimPath("b"))]
        trust.requiresSubject = false
        trust.requiresIssuedAt = true
        trust.requiresTokenID = true
        trust.requiresAccessTokenType = true
        trust.requiresCertificate = true
        trust.allowsMissingIssuer = true
        let next = try trust.replacing(keys: Self.publicKeys)
        let before = Mirror(reflecting: trust).children.filter { $0.label != "keys" }.map { "\($0.label ?? ""): \($0.value)" }
        let after = Mirror(reflecting: next).children.filter { $0.label != "keys" }.map { "\($0.label ?? ""): \($0.value)" }
        #expect(before == after)
        #expect(next.keys === Self.publicKeys)
    }

    // MARK: Airflow as an issuer

    private func airflow(hasIssuer: Bool, name: String = "airflow") throws -> IssuerTrust {
        try .airflow(name: Forge.bytes(name), hasIssuer: hasIssuer, keys: Self.secret)
    }

    private func token(_ changes: [String: String?] = [:]) -> [UInt8] {
        let claims = Forge.object(
            [
                ("sub", "\"alice\""), ("role", "\"viewer\""), ("jti", "\"\(Forge.text(SecureRandom.uuid4Hex()))\""),
                ("aud", "\"apache-airflow\""), ("nbf", "\(Forge.now.seconds - 60)"), ("iat", "\(Forge.now.seconds - 60)"),
                ("exp", "\(Forge.now.seconds - 60 + 86_400)"),
            ], changes)
        return Forge.token("{\"alg\":\"HS512\",\"kid\":\"not-used\",\"typ\":\"JWT\"}", claims, Forge.secretKey(.hs512))
    }

    @Test func anAirflowTokenIsKnownWithoutAnIssuer() throws {
        let verifier = try TokenVerifier(issuers: [Forge.trust(), airflow(hasIssuer: false)])
        let principal = try verifier.verify(token())
        #expect(principal.issuer == Forge.bytes("airflow"))
        #expect(principal.issuerIndex == 1)
        #expect(principal.groups.isEmpty)
        #expect(verifier.refusal(of: token(["iss": "\"airflow\""])) == nil)
        #expect(verifier.refusal(of: token(["iss": "\"other\""])) == .issuerUnknown)
        #expect(verifier.refusal(of: Forge.sound()) == nil)
    }

    @Test func whatAirflowWouldTakeAndLouverMustNot() throws {
        let verifier = try TokenVerifier(issuers: [airflow(hasIssuer: false)])
        #expect(verifier.refusal(of: token(["jti": nil])) == .tokenIDMissing)
        #expect(verifier.refusal(of: token(["exp": "\(Forge.now.seconds + 315_360_000)"])) == .lifetimeTooLong)
        #expect(verifier.refusal(of: token(["iat": "\"\(Forge.now.seconds)\""])) == .issuedAtMalformed)
        #expect(verifier.refusal(of: token(["iat": nil])) == .issuedAtMissing)
        #expect(verifier.refusal(of: token(["aud": "\"urn:airflow.apache.org:task\""])) == .audienceWrong)
    }

    @Test func onlyOneIssuerMayLeaveItsNameOut() throws {
        let named = try TokenVerifier(issuers: [airflow(hasIssuer: true)])
        #expect(named.refusal(of: token()) == .issuerMissing)
        #expect(named.refusal(of: token(["iss": "\"airflow\""])) == nil)
        #expect(throws: IdentityFault.self) {
            try TokenVerifier(issuers: [airflow(hasIssuer: false, name: "a"), airflow(hasIssuer: false, name: "b")])
        }
        _ = try TokenVerifier(issuers: [airflow(hasIssuer: false, name: "a"), airflow(hasIssuer: true, name: "b")])
    }
}
