import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

@Suite struct VerifiedTokensTests {
    @Test func answersFromMemory() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let first = try tokens.principal(Forge.sound(), Forge.verifier)
        let token = Forge.sound()
        let again = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .seconds(10)))
        #expect(again.tokenDigest == first.tokenDigest, "RS256 signs alike twice")
        #expect(again.keyValue == first.keyValue && again.key == first.key)
        #expect([again.subject, again.client, again.issuer] == [first.subject, first.client, first.issuer])
        #expect([again.groups, again.scopes] == [first.groups, first.scopes])
        #expect(again.tokenID == Forge.bytes("t-1"))
        #expect(again.expires == first.expires && again.issuerIndex == first.issuerIndex)
        #expect(tokens.hits == 1)
        #expect(tokens.misses == 1)
        #expect(tokens.count == 1)
    }

    @Test func forgetsAtTheEndOfTheToken() throws {
        let tokens = VerifiedTokens(capacity: 4, recheck: .seconds(3_600))
        let token = Forge.sound()
        _ = try tokens.principal(token, Forge.verifier)
        _ = try tokens.principal(token, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 539))
        #expect(tokens.misses == 1)
        // Within the leeway it is still good, but verified each time.
        _ = try tokens.principal(token, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 540))
        #expect(tokens.misses == 2)
        #expect(tokens.count == 0)
        #expect(throws: TokenFailure(.expired, issuer: 0)) {
            try tokens.principal(token, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 570))
        }
    }

    @Test func verifiesAgainAfterAWhile() throws {
        let tokens = VerifiedTokens(capacity: 4, recheck: .seconds(60))
        let token = Forge.sound()
        let first = try tokens.principal(token, Forge.verifier)
        _ = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .milliseconds(59_999)))
        #expect(tokens.misses == 1)
        let second = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .seconds(60)))
        #expect(second.key == first.key)
        #expect(tokens.misses == 2)
        #expect(tokens.count == 1)
    }

    @Test func aClockSetBackVoidsTheEntry() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        _ = try tokens.principal(token, Forge.verifier)
        _ = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .seconds(-5)))
        #expect(tokens.misses == 2)
    }

    @Test func refusalsAreNotRemembered() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let early = Forge.sound(["nbf": "\(Forge.now.seconds + 60)"])
        for _ in 0..<3 { #expect(throws: TokenFailure.self) { try tokens.principal(early, Forge.verifier) } }
        #expect(tokens.count == 0)
        _ = try tokens.principal(early, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 60))
        #expect(tokens.count == 1)
    }

    @Test func theLongestUnusedGoes() throws {
        let tokens = VerifiedTokens(capacity: 2)
        let made = (0..<3).map { Forge.sound(["jti": "\"t-\($0)\""]) }
        for token in [made[0], made[1], made[0], made[2]] { _ = try tokens.principal(token, Forge.verifier) }
        #expect(tokens.count == 2)
        #expect(tokens.evictions == 1)
        #expect(tokens.misses == 3)
        _ = try tokens.principal(made[0], Forge.verifier)
        #expect(tokens.misses == 3)
        _ = try tokens.principal(made[1], Forge.verifier)
        #expect(tokens.misses == 4)
    }

    @Test func anotherVerifierStartsAfresh() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        _ = try tokens.principal(token, Forge.verifier)
        let strict = Forge.verifier { $0.requiresTokenID = true }
        _ = try tokens.principal(token, strict)
        #expect(tokens.misses == 2)
        let other = try KeySet.jwks(Forge.jwks([Forge.jwk(Forge.strangerRSA, kid: "rsa-1")]))
        let rotated = try Forge.verifier.replacing(keys: [0: other])
        #expect(throws: TokenFailure(.signatureWrong, issuer: 0)) { try tokens.principal(token, rotated) }
        #expect(tokens.count == 0)
    }

    @Test func theBindingIsCheckedOnEveryCall() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let certificate = [UInt8](repeating: 7, count: 32)
        let token = Forge.sound(["cnf": "{\"x5t#S256\":\"\(Forge.text(Base64.encode(certificate, .url)))\"}"])
        _ = try tokens.principal(token[...], verifier: Forge.verifier, certificate: certificate, now: Forge.now)
        #expect(throws: TokenFailure(.certificateMissing, issuer: 0)) { try tokens.principal(token, Forge.verifier) }
        #expect(throws: TokenFailure(.certificateWrong, issuer: 0)) {
            try tokens.principal(token[...], verifier: Forge.verifier, certificate: [UInt8](repeating: 8, count: 32), now: Forge.now)
        }
        _ = try tokens.principal(token[...], verifier: Forge.verifier, certificate: certificate, now: Forge.now)
        #expect(tokens.misses == 1)
    }

    @Test func forgetsOnRequest() throws {
        let tokens = VerifiedTokens(capacity: 4)
        _ = try tokens.principal(Forge.sound(), Forge.verifier)
        tokens.forget()
        _ = try tokens.principal(Forge.sound(), Forge.verifier)
        #expect(tokens.misses == 2)
    }

    @Test func anOversizedTokenIsNotEvenDigested() {
        let tokens = VerifiedTokens(capacity: 4)
        let long = [UInt8](repeating: 0x61, count: Limits.tokenBytesMax + 1)
        #expect(throws: TokenFailure(.tokenTooLong)) { try tokens.principal(long, Forge.verifier) }
        #expect(tokens.misses == 0)
    }

    @Test func callersShareWhatTheyHaveInCommon() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let first = try tokens.principal(Forge.sound(), Forge.verifier)
        let second = try tokens.principal(Forge.sound(["sub": "\"bob\""]), Forge.verifier)
        func place(_ list: [[UInt8]]) -> UnsafeRawPointer? { list.withUnsafeBytes { $0.baseAddress } }
        #expect(place(first.groups) == place(second.groups))
        #expect(place(first.scopes) == place(second.scopes))
        #expect(place(first.groups) != place(first.scopes))
    }

    // From the third time on a token is known by its bytes: everything that holds for the first two holds for those.

    private static func warm(_ tokens: VerifiedTokens, _ token: [UInt8], _ verifier: TokenVerifier = Forge.verifier) throws {
        for _ in 0..<3 { _ = try tokens.principal(token, verifier) }
        #expect(tokens.misses == 1 && tokens.hits == 2)
    }

    @Test func aTokenKnownByItsBytesSaysTheSame() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        let first = try tokens.principal(token, Forge.verifier)
        try Self.warm(VerifiedTokens(capacity: 4), token)
        _ = try tokens.principal(token, Forge.verifier)
        let third = try tokens.principal(token, Forge.verifier)
        let fourth = try tokens.principal(token, Forge.verifier)
        #expect(third === fourth, "handed out as it is kept")
        #expect(third.tokenDigest == first.tokenDigest && third.keyValue == first.keyValue && third.expires == first.expires)
        #expect([third.subject, third.issuer, third.tokenID] == [first.subject, first.issuer, first.tokenID])
        #expect([third.groups, third.scopes] == [first.groups, first.scopes])
        #expect(third.claims.root["aud"]?.string == Forge.bytes(Forge.audience))
    }

    @Test func itsClaimsOutliveTheTable() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        try Self.warm(tokens, token)
        let held = try tokens.principal(token, Forge.verifier)
        tokens.forget()
        #expect(held.tokenID == Forge.bytes("t-1"), "the bytes are zeroed when nobody holds them any more, not before")
    }

    @Test func anotherTokenOfTheSameEndIsVerified() throws {
        let token = Forge.sound()
        for at in [0, 5, token.count / 2, token.count - 20, token.count - 1] {
            let tokens = VerifiedTokens(capacity: 4)
            try Self.warm(tokens, token)
            var other = token
            other[at] = other[at] == 0x41 ? 0x42 : 0x41
            #expect(throws: TokenFailure.self, "byte \(at)") { try tokens.principal(other, Forge.verifier) }
            #expect(tokens.misses == 2)
            _ = try tokens.principal(token, Forge.verifier)
            #expect(tokens.misses == 2, "and the first is known as before")
        }
    }

    @Test func aTokenKnownByItsBytesEnds() throws {
        let tokens = VerifiedTokens(capacity: 4, recheck: .seconds(3_600))
        let token = Forge.sound()
        try Self.warm(tokens, token)
        _ = try tokens.principal(token, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 539))
        #expect(tokens.misses == 1)
        #expect(throws: TokenFailure(.expired, issuer: 0)) {
            try tokens.principal(token, Forge.verifier, now: WallTime(seconds: Forge.now.seconds + 570))
        }
        #expect(tokens.count == 0)
    }

    @Test func aTokenKnownByItsBytesIsVerifiedAgainAfterAWhile() throws {
        let tokens = VerifiedTokens(capacity: 4, recheck: .seconds(60))
        let token = Forge.sound()
        try Self.warm(tokens, token)
        _ = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .milliseconds(59_999)))
        #expect(tokens.misses == 1, "coming again does not prolong it")
        _ = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .seconds(60)))
        #expect(tokens.misses == 2)
        _ = try tokens.principal(token, Forge.verifier, now: Forge.now.moved(by: .seconds(-5)))
        #expect(tokens.misses == 3, "a clock that was set back")
    }

    @Test func aRevokedTokenIsNotKnownByItsBytes() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        try Self.warm(tokens, token)
        let revoking = try TokenVerifier(issuers: Forge.verifier.issuers, revoked: RevokedTokens(Forge.bytes("t-1")))
        for _ in 0..<2 { #expect(throws: TokenFailure(.revoked, issuer: 0)) { try tokens.principal(token, revoking) } }
        #expect(tokens.count == 0)
    }

    @Test func aTokenOfAWithdrawnKeyIsNotKnownByItsBytes() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let token = Forge.sound()
        try Self.warm(tokens, token)
        let left = try KeySet.jwks(Forge.jwks([Forge.jwk(Forge.ec, kid: "ec-1")]))
        let withdrawn = try Forge.verifier.replacing(keys: [0: left])
        #expect(throws: TokenFailure(.keyUnknown, issuer: 0)) { try tokens.principal(token, withdrawn) }
    }

    @Test func theBindingOfATokenKnownByItsBytesIsChecked() throws {
        let tokens = VerifiedTokens(capacity: 4)
        let certificate = [UInt8](repeating: 7, count: 32)
        let token = Forge.sound(["cnf": "{\"x5t#S256\":\"\(Forge.text(Base64.encode(certificate, .url)))\"}"])
        for _ in 0..<3 { _ = try tokens.principal(token[...], verifier: Forge.verifier, certificate: certificate, now: Forge.now) }
        #expect(throws: TokenFailure(.certificateMissing, issuer: 0)) { try tokens.principal(token, Forge.verifier) }
        #expect(throws: TokenFailure(.certificateWrong, issuer: 0)) {
            try tokens.principal(token[...], verifier: Forge.verifier, certificate: [UInt8](repeating: 8, count: 32), now: Forge.now)
        }
        #expect(tokens.misses == 1)
    }
}
