import Core
import TestSupport
import Testing

@testable import Crypto

@Suite struct VerifyingKeyTests {
    struct Case: Sendable {
        let key: VerifyingKey
        let algorithm: SignatureAlgorithm
        let signature: [UInt8]
        let input: [UInt8]
    }

    /// RFC 7515 appendices A.2, A.3, A.4 and RFC 8037 appendix A.4.
    static func published() throws -> [Case] {
        [
            Case(
                key: try .rsa(modulus: Printed.rsaModulus, exponent: Printed.rsaExponent), algorithm: .rs256,
                signature: Printed.rsaSignature, input: signingInput("{\"alg\":\"RS256\"}", joePayload)),
            Case(
                key: try .ec(curve: .p256, x: Printed.p256x, y: Printed.p256y), algorithm: .es256,
                signature: Printed.p256Signature, input: signingInput("{\"alg\":\"ES256\"}", joePayload)),
            Case(
                key: try .ec(curve: .p521, x: Printed.p521x, y: Printed.p521y), algorithm: .es512,
                signature: Printed.p521Signature, input: signingInput("{\"alg\":\"ES512\"}", "Payload")),
            Case(
                key: try .ed25519(Printed.ed25519), algorithm: .eddsa, signature: Printed.ed25519Signature,
                input: signingInput("{\"alg\":\"EdDSA\"}", "Example of Ed25519 signing")),
        ]
    }

    @Test func publishedSignaturesVerify() throws {
        for published in try Self.published() {
            #expect(published.key.verify(published.algorithm, signature: published.signature, over: published.input))
        }
    }

    @Test func onlyTheRightAlgorithmVerifies() throws {
        for published in try Self.published() {
            for algorithm in SignatureAlgorithm.allCases where algorithm != published.algorithm {
                #expect(!published.key.verify(algorithm, signature: published.signature, over: published.input))
            }
        }
    }

    @Test func everyFlippedByteIsRefused() throws {
        for published in try Self.published() {
            for at in published.signature.indices {
                var changed = published.signature
                changed[at] ^= 0x01
                #expect(!published.key.verify(published.algorithm, signature: changed, over: published.input))
            }
            #expect(!published.key.verify(published.algorithm, signature: published.signature, over: (published.input + [0])))
        }
    }

    @Test func wrongLengthsAndZerosAreRefused() throws {
        for published in try Self.published() {
            let signature = published.signature
            let zeros = [UInt8](repeating: 0, count: signature.count)
            let half = signature.count / 2
            let hostile: [[UInt8]] = [
                [], [0], [UInt8](signature.dropLast()), [UInt8](signature.dropFirst()), signature + [0], [0] + signature,
                signature + signature, zeros, [UInt8](repeating: 0xFF, count: signature.count),
                [UInt8](zeros[..<half]) + [UInt8](signature[half...]),  // r = 0
                [UInt8](signature[..<half]) + [UInt8](zeros[half...]),  // s = 0
            ]
            for (at, signature) in hostile.enumerated() {
                #expect(!published.key.verify(published.algorithm, signature: signature, over: published.input), "case \(at)")
            }
        }
    }

    @Test func aDERSignatureIsNotAJOSESignature() throws {
        let key = try VerifyingKey.ec(curve: .p256, x: Printed.p256x, y: Printed.p256y)
        let encoded = try #require(ECDSASignature.der(fromJOSE: Printed.p256Signature, .p256))
        #expect(!key.verify(.es256, signature: encoded, over: signingInput("{\"alg\":\"ES256\"}", joePayload)))
    }

    @Test func weakOrMisshapenRSAKeysAreRefused() {
        let modulus = Printed.rsaModulus
        var even = modulus
        even[even.count - 1] &= 0xFE
        let hostile: [(modulus: [UInt8], exponent: [UInt8])] = [
            (modulus, []), (modulus, [0]), (modulus, [1]), (modulus, [3]), (modulus, [1, 0, 0]), (modulus, [1, 0, 0, 0, 1]),
            (modulus, [UInt8](repeating: 1, count: 300)), ([], [1, 0, 1]), ([0], [1, 0, 1]), ([UInt8](modulus[..<255]), [1, 0, 1]),
            ([UInt8](modulus[..<128]), [1, 0, 1]), (even, [1, 0, 1]),
            ([1] + [UInt8](repeating: 0xFF, count: 1_024), [1, 0, 1]), ([UInt8](repeating: 0xFF, count: 1 << 20), [1, 0, 1]),
        ]
        for (at, parts) in hostile.enumerated() {
            #expect(throws: CryptoFailure.self, "case \(at)") {
                try VerifyingKey.rsa(modulus: parts.modulus, exponent: parts.exponent)
            }
        }
    }

    @Test func aLeadingZeroOfAnRSAModulusIsTolerated() throws {
        let key = try VerifyingKey.rsa(modulus: [0] + Printed.rsaModulus, exponent: [0] + Printed.rsaExponent)
        let input = signingInput("{\"alg\":\"RS256\"}", joePayload)
        #expect(key.verify(.rs256, signature: Printed.rsaSignature, over: input))
        #expect(key.publicParts == .rsa(modulus: Printed.rsaModulus, exponent: Printed.rsaExponent))
    }

    @Test func pointsOffTheCurveAreRefused() {
        let x = Printed.p256x
        let y = Printed.p256y
        var off = y
        off[31] ^= 1
        let hostile: [(curve: EllipticCurve, x: [UInt8], y: [UInt8])] = [
            (.p256, x, off), (.p256, y, x), (.p256, [UInt8](x.dropFirst()), y), (.p256, [0] + x, y), (.p256, x, []), (.p256, [], []),
            (.p256, [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32)),
            (.p256, [UInt8](repeating: 0xFF, count: 32), y), (.p384, x, y),
            (.p384, [UInt8](repeating: 0, count: 16) + x, [UInt8](repeating: 0, count: 16) + y), (.p521, Printed.p521y, Printed.p521x),
        ]
        for (at, parts) in hostile.enumerated() {
            #expect(throws: CryptoFailure.self, "case \(at)") { try VerifyingKey.ec(curve: parts.curve, x: parts.x, y: parts.y) }
        }
    }

    @Test(arguments: [0, 31, 33, 64]) func ed25519KeysHaveOneLength(_ count: Int) {
        #expect(throws: CryptoFailure.self) { try VerifyingKey.ed25519([UInt8](repeating: 1, count: count)) }
    }

    @Test func readsPublicKeysFromPEM() throws {
        let own = GeneratedKey.ec()
        let key = try VerifyingKey.pem(GeneratedKey.publicPEM(of: own))
        #expect(key.kind == .ec(.p256))
        #expect(key.publicParts == (try SigningKey.pem(own).publicParts))
        for text in ["", "nothing", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            #expect(throws: CryptoFailure.self) { try VerifyingKey.pem([UInt8](text.utf8)) }
        }
        #expect(throws: CryptoFailure.self) { try VerifyingKey.pem(GeneratedKey.publicPEM(of: GeneratedKey.ec("secp256k1"))) }
    }
}
