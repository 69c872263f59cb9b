import Core
import TestSupport
import Testing

@testable import Crypto

@Suite struct SigningKeyTests {
    static let rsa = GeneratedKey.rsa()

    static let pairs: [(pem: [UInt8], kind: KeyKind, algorithms: [SignatureAlgorithm])] = [
        (rsa, .rsa, [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]),
        (GeneratedKey.ec(), .ec(.p256), [.es256]),
        (GeneratedKey.ec("secp384r1"), .ec(.p384), [.es384]),
        (GeneratedKey.ec("secp521r1"), .ec(.p521), [.es512]),
        (GeneratedKey.ed25519(), .ed25519, [.eddsa]),
    ]

    @Test(arguments: pairs) func whatItSignsVerifies(pem: [UInt8], kind: KeyKind, algorithms: [SignatureAlgorithm]) throws {
        let key = try SigningKey.pem(pem)
        let verifying = try #require(key.verifyingKey)
        let rebuilt = try #require(key.publicParts).verifyingKey()
        let message = [UInt8]("message".utf8)
        #expect(key.kind == kind)
        #expect(algorithms.contains(key.defaultAlgorithm))
        for algorithm in SignatureAlgorithm.allCases {
            guard algorithms.contains(algorithm) else {
                #expect(throws: CryptoFailure.self) { try key.sign(algorithm, over: message) }
                continue
            }
            let signature = try key.sign(algorithm, over: message)
            #expect(verifying.verify(algorithm, signature: signature, over: message))
            #expect(rebuilt.verify(algorithm, signature: signature, over: message))
            #expect(!verifying.verify(algorithm, signature: signature, over: [UInt8]("massage".utf8)))
            for other in algorithms where other != algorithm {
                #expect(!verifying.verify(other, signature: signature, over: message))
            }
        }
    }

    @Test func ellipticSignaturesKeepTheirWidth() throws {
        // About one in 128 has a leading zero in r or s: each must still fill its half and verify.
        let key = try SigningKey.pem(GeneratedKey.ec())
        let verifying = try #require(key.verifyingKey)
        for round in 0..<400 {
            let message = [UInt8](String(round).utf8)
            let signature = try key.sign(.es256, over: message)
            #expect(signature.count == 64)
            #expect(verifying.verify(.es256, signature: signature, over: message))
        }
    }

    @Test func aSecretSignsWithItsOneAlgorithm() throws {
        let secret = SecretBytes([UInt8](repeating: 5, count: 64))
        for algorithm in [SignatureAlgorithm.hs256, .hs384, .hs512] {
            let key = try SigningKey.secret(secret, algorithm)
            let code = try key.sign(algorithm, over: [1, 2, 3])
            let hash = try #require(algorithm.hash)
            #expect(HMACKey(secret, hash: hash).verify(code, over: [1, 2, 3]))
            #expect(key.kind == .secret)
            #expect(key.defaultAlgorithm == algorithm)
            #expect(key.publicParts == nil)
            #expect(key.verifyingKey == nil)
            for other in SignatureAlgorithm.allCases where other != algorithm {
                #expect(throws: CryptoFailure.self) { try key.sign(other, over: [1]) }
            }
        }
        #expect(throws: CryptoFailure.self) { try SigningKey.secret(secret, .rs256) }
        #expect(throws: CryptoFailure.self) { try SigningKey.secret(SecretBytes([UInt8]()), .hs256) }
    }

    @Test func unusableKeysAreRefused() {
        let hostile: [[UInt8]] = [
            [], [UInt8]("nothing".utf8), GeneratedKey.rsa(bits: 1_024), GeneratedKey.ec("secp256k1"), GeneratedKey.other("X25519"),
            GeneratedKey.other("ED448"), GeneratedKey.encrypted(GeneratedKey.ec(), password: "open"),
            GeneratedKey.publicPEM(of: GeneratedKey.ec()), [UInt8](Self.rsa.prefix(600)), [UInt8](repeating: 0x41, count: 70_000),
        ]
        for (at, text) in hostile.enumerated() {
            #expect(throws: CryptoFailure.self, "case \(at)") { try SigningKey.pem(text) }
        }
    }

    @Test func manyThreadsShareAKey() async throws {
        let message = [UInt8]("message".utf8)
        for pair in Self.pairs {
            let key = try SigningKey.pem(pair.pem)
            let verifying = try #require(key.verifyingKey)
            let algorithm = key.defaultAlgorithm
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 {
                            let signature = try key.sign(algorithm, over: message)
                            #expect(verifying.verify(algorithm, signature: signature, over: message))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
