import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

@Suite struct KeySetTests {
    private static let rsa = Forge.jwk(Forge.rsa, kid: "rsa-1")

    @Test func readsEveryKindOfKey() throws {
        let p384 = Forge.signingKey(GeneratedKey.ec("secp384r1"))
        let p521 = Forge.signingKey(GeneratedKey.ec("secp521r1"))
        let keys: [(SigningKey, SignatureAlgorithm, String)] = [
            (Forge.rsa, .rs256, "r"), (Forge.rsa, .ps512, "r"), (Forge.ec, .es256, "e"), (p384, .es384, "f"), (p521, .es512, "g"),
            (Forge.ed, .eddsa, "d"),
        ]
        let set = try KeySet.jwks(
            Forge.jwks([
                Forge.jwk(Forge.rsa, kid: "r"), Forge.jwk(Forge.ec, kid: "e"), Forge.jwk(p384, kid: "f"), Forge.jwk(p521, kid: "g"),
                Forge.jwk(Forge.ed, kid: "d"),
            ]))
        #expect(set.count == 5)
        #expect(set.skippedCount == 0)
        #expect(!set.isShared)
        let text = Forge.bytes("signed")
        for (key, algorithm, kid) in keys {
            let signature = try key.sign(algorithm, over: text.span)
            try set.check(algorithm, keyID: Forge.bytes(kid), signature: signature.span, over: text.span)
            #expect(throws: TokenRefusal.signatureWrong) {
                try set.check(
                    algorithm, keyID: Forge.bytes(kid), signature: [UInt8](repeating: 0, count: signature.count).span, over: text.span)
            }
        }
    }

    static let passedOver: [(name: String, key: String)] = [
        ("unknown kty", "{\"kty\":\"ML-DSA\",\"kid\":\"x\"}"),
        ("kty in another case", "{\"kty\":\"rsa\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"),
        ("for encryption", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"use\":\"enc\"")),
        ("use is a number", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"use\":1")),
        ("for wrapping", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"key_ops\":[\"wrapKey\"]")),
        ("key_ops empty", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"key_ops\":[]")),
        ("key_ops is a string", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"key_ops\":\"verify\"")),
        ("alg of another kind", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"alg\":\"ES256\"")),
        ("alg HS256", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"alg\":\"HS256\"")),
        ("alg none", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"alg\":\"none\"")),
        ("alg of encryption", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"alg\":\"RSA-OAEP-256\"")),
        ("alg is null", Forge.jwk(Forge.strangerRSA, kid: "x", ",\"alg\":null")),
        ("kid is a number", Forge.jwk(Forge.strangerRSA, kid: nil, ",\"kid\":1")),
        ("kid is empty", Forge.jwk(Forge.strangerRSA, kid: "")),
        ("RSA without n", "{\"kty\":\"RSA\",\"e\":\"AQAB\"}"),
        ("RSA of 1024 bits", Forge.jwk1024),
        ("RSA with exponent 1", "{\"kty\":\"RSA\",\"n\":\"\(Forge.member("n", of: Forge.strangerRSA))\",\"e\":\"AQ\"}"),
        ("RSA with a padded n", "{\"kty\":\"RSA\",\"n\":\"\(Forge.member("n", of: Forge.strangerRSA))==\",\"e\":\"AQAB\"}"),
        ("EC without y", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\(Forge.member("x", of: Forge.ec))\"}"),
        ("EC on an unknown curve", "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQ\",\"y\":\"AQ\"}"),
        (
            "EC off its curve",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\(Forge.member("y", of: Forge.ec))\",\"y\":\"\(Forge.member("x", of: Forge.ec))\"}"
        ),
        ("OKP on X25519", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"\(Forge.member("x", of: Forge.ed))\"}"),
        ("OKP too short", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}"),
    ]

    @Test(arguments: passedOver) func passesOver(name: String, key: String) throws {
        let set = try KeySet.jwks(Forge.jwks([Self.rsa, key]))
        #expect(set.count == 1)
        #expect(set.skippedCount == 1)
        #expect(throws: IdentityFault.self) { try KeySet.jwks(Forge.jwks([key])) }
    }

    static let refused: [(name: String, text: String)] = [
        ("nothing", ""), ("not JSON", "<html>"), ("a list", "[]"), ("no keys", "{}"), ("keys is an object", "{\"keys\":{}}"),
        ("no key", "{\"keys\":[]}"), ("a key that is a string", "{\"keys\":[\"x\"]}"),
        ("a key without kty", "{\"keys\":[{\"kid\":\"x\"}]}"),
        ("keys twice", "{\"keys\":[\(rsa)],\"keys\":[]}"),
        ("kty twice", "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"RSA\"}]}"),
        ("two keys of one kid", "{\"keys\":[\(rsa),\(Forge.jwk(Forge.ec, kid: "rsa-1"))]}"),
        ("a secret", "{\"keys\":[\(rsa),{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"),
        ("a secret under another kty", "{\"keys\":[\(rsa),{\"kty\":\"RSA\",\"k\":\"AAAA\"}]}"),
        ("a private key", "{\"keys\":[\(Forge.jwk(Forge.ed, kid: "e", ",\"d\":\"AAAA\""))]}"),
        ("too many", "{\"keys\":[" + (0..<101).map { "{\"kty\":\"x\",\"kid\":\"\($0)\"}" }.joined(separator: ",") + "]}"),
        ("too long", String(repeating: " ", count: Limits.keySetBytesMax) + "{\"keys\":[\(rsa)]}"),
    ]

    @Test(arguments: refused) func refuses(name: String, text: String) {
        #expect(throws: IdentityFault.self) { try KeySet.jwks(Forge.bytes(text)) }
    }

    @Test func theKeysOwnAlgorithmHolds() throws {
        let set = try KeySet.jwks(
            Forge.jwks([Forge.jwk(Forge.rsa, kid: "r", ",\"alg\":\"RS512\",\"use\":\"sig\",\"key_ops\":[\"verify\"]")]))
        let text = Forge.bytes("signed")
        for algorithm in [SignatureAlgorithm.rs256, .ps256, .rs512] {
            let signature = try Forge.rsa.sign(algorithm, over: text.span)
            let check = { try set.check(algorithm, keyID: nil, signature: signature.span, over: text.span) }
            if algorithm == .rs512 { try check() } else { #expect(throws: TokenRefusal.keyMismatch) { try check() } }
        }
    }

    // MARK: Secrets

    @Test func secretsOverlapInARotation() throws {
        let old = SecureRandom.bytes(64)
        let new = SecureRandom.bytes(64)
        let set = try KeySet(secrets: [Forge.secret(new), Forge.secret(old)])
        let text = Forge.bytes("signed")
        for secret in [old, new] {
            for algorithm in [SignatureAlgorithm.hs256, .hs384, .hs512] {
                let code = try Forge.secretKey(algorithm, secret).sign(algorithm, over: text.span)
                try set.check(algorithm, keyID: Forge.bytes("whatever"), signature: code.span, over: text.span)
            }
        }
        let stranger = try Forge.secretKey(.hs256).sign(.hs256, over: text.span)
        #expect(throws: TokenRefusal.signatureWrong) {
            try set.check(.hs256, keyID: nil, signature: stranger.span, over: text.span)
        }
        #expect(throws: TokenRefusal.keyMismatch) { try set.check(.rs256, keyID: nil, signature: stranger.span, over: text.span) }
    }

    @Test func secretsHaveALeastLength() throws {
        let short = Forge.secret(SecureRandom.bytes(24))
        #expect(throws: IdentityFault.self) { try KeySet(secrets: [short]) }
        #expect(try KeySet(secrets: [short], minimumSecretBytes: 24).isShared)
        #expect(throws: IdentityFault.self) { try KeySet(secrets: [Forge.secret([])], minimumSecretBytes: 0) }
        #expect(throws: IdentityFault.self) { try KeySet(secrets: []) }
        #expect(throws: IdentityFault.self) { try KeySet(secrets: (0..<5).map { _ in Forge.secret() }) }
    }

    @Test func theFaultHoldsNoKey() {
        let secret = Forge.text(Base64.encode(SecureRandom.bytes(32), .url))
        #expect {
            try KeySet.jwks(Forge.bytes("{\"keys\":[{\"kty\":\"oct\",\"k\":\"\(secret)\"}]}"))
        } throws: { !"\($0)".contains(secret) }
    }
}

extension Forge {
    /// A key whose modulus, half of a sound one, has 1,024 bits or a few less.
    static let jwk1024 = {
        let modulus = Base64.decode(bytes(member("n", of: strangerRSA)), .url) ?? []
        return "{\"kty\":\"RSA\",\"n\":\"\(text(Base64.encode([UInt8](modulus[128...]), .url)))\",\"e\":\"AQAB\"}"
    }()

    /// One member of a key's JWK.
    static func member(_ name: String, of key: SigningKey) -> String {
        text((key.publicParts?.jwkMembers ?? []).first { "\($0.name)" == name }?.value ?? [])
    }
}
