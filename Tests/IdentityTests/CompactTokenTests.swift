import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import Identity

/// The printed vectors of RFC 7515 and RFC 7519, put together from their parts.
@Suite struct CompactTokenTests {
    static let joe = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"

    // RFC 7515 appendix A.1: the key and the code it yields.
    static let a1Key: [UInt8] = [
        3, 35, 53, 75, 43, 15, 165, 188, 131, 126, 6, 101, 119, 123, 166, 143, 90, 179, 40, 230, 240, 84, 201, 40, 169, 15, 132, 178, 210,
        80, 46, 191, 211, 251, 90, 146, 210, 6, 71, 239, 150, 138, 180, 195, 119, 98, 61, 34, 61, 46, 33, 114, 5, 46, 79, 8, 192, 205, 154,
        245, 103, 208, 128, 163,
    ]
    static let a1Code: [UInt8] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83,
        132, 141, 121,
    ]

    // RFC 7515 appendix A.3: the key's coordinates and the signature.
    static let a3Key =
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}"
    static let a3Signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    private func check(_ token: [UInt8], _ keys: KeySet) throws {
        let parsed = try CompactToken(token.span)
        #expect(parsed.claims.root["iss"]?.equals("joe") == true)
        #expect(parsed.claims.root["http://example.com/is_root"]?.bool == true)
        try keys.check(
            parsed.header.algorithm, keyID: parsed.header.keyID, signature: parsed.signature.span,
            over: token.span.extracting(0..<parsed.signedCount))
    }

    @Test func takesTheHMACExample() throws {
        let token =
            Forge.encoded("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}") + Forge.dot + Forge.encoded(Self.joe) + Forge.dot
            + Base64.encode(Self.a1Code, .url)
        try check(token, KeySet(secrets: [Forge.secret(Self.a1Key)]))
    }

    @Test func takesTheEllipticExample() throws {
        let token = Forge.encoded("{\"alg\":\"ES256\"}") + Forge.dot + Forge.encoded(Self.joe) + Forge.dot + Forge.bytes(Self.a3Signature)
        try check(token, .jwks(Forge.bytes(Self.a3Key)))
    }

    /// RFC 7519 section 6.1.
    @Test func refusesTheUnsecuredExample() {
        let token = Forge.encoded("{\"alg\":\"none\"}") + Forge.dot + Forge.encoded(Self.joe) + Forge.dot
        #expect(throws: TokenRefusal.signatureMissing) { try CompactToken.parse(token) }
        #expect(throws: TokenRefusal.algorithmNone) { try CompactToken.parse(token + Forge.bytes("AA")) }
    }

    /// RFC 7515 appendix A.6 and RFC 7519 appendix A.1: other serializations.
    @Test func refusesOtherSerializations() {
        let general = Forge.bytes("{\"payload\":\"e30\",\"signatures\":[{\"protected\":\"e30\",\"signature\":\"AA\"}]}")
        #expect(throws: TokenRefusal.notCompact) { try CompactToken.parse(general) }
        #expect(throws: TokenRefusal.encrypted) { try CompactToken.parse(Forge.bytes("e30.AA.AA.AA.AA")) }
    }

    /// No change of a byte of a sound token makes another sound token.
    @Test func everyByteIsCovered() {
        var generator = SeededGenerator(seed: 7_515)
        let sound = Forge.sound()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=".utf8)
        #expect(Forge.verifier.refusal(of: sound) == nil)
        for at in sound.indices {
            var changed = sound
            repeat { changed[at] = letters.randomElement(using: &generator) ?? 0 } while changed[at] == sound[at]
            #expect(Forge.verifier.refusal(of: changed) != nil, "byte \(at)")
        }
    }

    @Test func noPrefixIsAToken() {
        let sound = Forge.sound()
        for count in sound.indices { #expect(Forge.verifier.refusal(of: [UInt8](sound[..<count])) != nil) }
    }

    @Test func anyBytesAreAnswered() {
        var generator = SeededGenerator(seed: 8_725)
        let sound = Forge.sound()
        for _ in 0..<2_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
            }
            if bytes != sound { #expect(Forge.verifier.refusal(of: bytes) != nil) }
        }
    }
}
