import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct APIKeysTests {
    private static let secret = Forge.bytes("louver_" + String(repeating: "k", count: 40))

    private static func key(_ id: String = "report", _ secret: [UInt8] = secret) -> APIKeys.Key {
        var key = APIKeys.Key(id: Forge.bytes(id), digest: Digest.sha256(secret.span))
        key.groups = [Forge.bytes("analytics")]
        key.scopes = [Forge.bytes("airflow")]
        return key
    }

    private static func verifier(_ keys: [APIKeys.Key]) throws -> TokenVerifier {
        try TokenVerifier(issuers: [Forge.trust()], apiKeys: APIKeys(keys))
    }

    @Test func aKeyStandsForItsOwner() throws {
        let verifier = try Self.verifier([Self.key()])
        let principal = try verifier.verify(Self.secret)
        #expect(principal.issuer == APIKeys.issuer)
        #expect(principal.subject == Forge.bytes("report"))
        #expect(principal.groups == [Forge.bytes("analytics")])
        #expect(principal.scopes == [Forge.bytes("airflow")])
        #expect(principal.claims.root["sub"]?.string == Forge.bytes("report"))
        #expect(!principal.isRenewable)
        #expect(try verifier.verify(Forge.sound()).issuer == Forge.bytes(Forge.issuer), "a JWT is no key")
    }

    @Test func whatIsNoKeyIsRefused() throws {
        let verifier = try Self.verifier([Self.key()])
        #expect(verifier.refusal(of: Self.secret + [0x6B]) == .apiKeyUnknown)
        #expect(verifier.refusal(of: [UInt8](Self.secret.dropLast())) == .apiKeyUnknown)
        #expect(verifier.refusal(of: Forge.bytes("short")) == .notCompact)
        #expect(Forge.verifier.refusal(of: Self.secret) == .notCompact, "without a file of keys")
    }

    @Test func aKeyMayEnd() throws {
        var key = Self.key()
        key.expires = Forge.now
        let verifier = try Self.verifier([key])
        #expect(verifier.refusal(of: Self.secret, now: WallTime(seconds: Forge.now.seconds - 1)) == nil)
        #expect(verifier.refusal(of: Self.secret, now: Forge.now) == .expired)
    }

    @Test func keysAreChecked() {
        #expect(throws: IdentityFault.self) { try APIKeys([Self.key(""), Self.key("b", [1])]) }
        #expect(throws: IdentityFault.self) { try APIKeys([Self.key("a"), Self.key("b")]) }
        #expect(throws: IdentityFault.self) { try APIKeys([Self.key("a"), Self.key("a", [1])]) }
        #expect(throws: IdentityFault.self) { try APIKeys([APIKeys.Key(id: [0x61], digest: [1, 2, 3])]) }
        #expect(throws: Never.self) { try APIKeys([]) }
    }
}
