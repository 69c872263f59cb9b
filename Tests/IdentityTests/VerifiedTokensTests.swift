import Core
import Crypto
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
}
