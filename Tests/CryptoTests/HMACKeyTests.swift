import Core
import TestSupport
import Testing

@testable import Crypto

@Suite struct HMACKeyTests {
    struct Case: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let sha256: String
        let sha384: String
        let sha512: String
    }

    // RFC 4231 sections 4.2 to 4.4, 4.7 and 4.8.
    static let cases: [Case] = [
        Case(
            key: [UInt8](repeating: 0x0B, count: 20), message: [UInt8]("Hi There".utf8),
            sha256: "b0344c61d8db38535ca8afceaf0bf12b 881dc200c9833da726e9376c2e32cff7",
            sha384: "afd03944d84895626b0825f4ab46907f 15f9dadbe4101ec682aa034c7cebc59c faea9ea9076ede7f4af152e8b2fa9cb6",
            sha512: """
                87aa7cdea5ef619d4ff0b4241a1d6cb0 2379f4e2ce4ec2787ad0b30545e17cde
                daa833b7d6b8a702038b274eaea3f4e4 be9d914eeb61f1702e696c203a126854
                """),
        Case(
            key: [UInt8]("Jefe".utf8), message: [UInt8]("what do ya want for nothing?".utf8),
            sha256: "5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843",
            sha384: "af45d2e376484031617f78d2b58a6b1b 9c7ef464f5a01b47e42ec3736322445e 8e2240ca5e69e2c78b3239ecfab21649",
            sha512: """
                164b7a7bfcf819e2e395fbe73b56e0a3 87bd64222e831fd610270cd7ea250554
                9758bf75c05a994a6d034f65f8f0e6fd caeab1a34d4a6b4b636e070a38bce737
                """),
        Case(
            key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
            sha256: "773ea91e36800e46854db8ebd09181a7 2959098b3ef8c122d9635514ced565fe",
            sha384: "88062608d3e6ad8a0aa2ace014c8a86f 0aa635d947ac9febe83ef4e55966144b 2a5ab39dc13814b94e3ab6e101a34f27",
            sha512: """
                fa73b0089d56a284efb0f0756c890be9 b1b5dbdd8ee81a3655f83e33b2279d39
                bf3e848279a722c806b485a47e67c807 b946a337bee8942674278859e13292fb
                """),
        Case(
            key: [UInt8](repeating: 0xAA, count: 131), message: [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            sha256: "60e431591ee0b67f0d8a26aacbf5b77f 8e0bc6213728c5140546040f0ee37f54",
            sha384: "4ece084485813e9088d2c63a041bc5b4 4f9ef1012a2b588f3cd11f05033ac4c6 0c2ef6ab4030fe8296248df163f44952",
            sha512: """
                80b24263c7c1a3ebb71493c1dd7be8b4 9b46d1f41b4aeec1121b013783f8f352
                6b56d037e05f2598bd0fd2215d6a1e52 95e64f73f63f0aec8b915a985d786598
                """),
    ]

    @Test(arguments: cases) func published(_ published: Case) {
        let secret = SecretBytes(published.key)
        for (hash, expected) in [(HashAlgorithm.sha256, published.sha256), (.sha384, published.sha384), (.sha512, published.sha512)] {
            let key = HMACKey(secret, hash: hash)
            #expect(key.authenticate(published.message) == hex(expected))
            #expect(key.verify(hex(expected), over: published.message))
        }
    }

    @Test(arguments: HashAlgorithm.allCases) func everyChangeIsSeen(_ hash: HashAlgorithm) {
        let key = HMACKey(SecretBytes([1, 2, 3]), hash: hash)
        let message = [UInt8]("message".utf8)
        let code = key.authenticate(message)
        for at in code.indices {
            var changed = code
            changed[at] ^= 1
            #expect(!key.verify(changed, over: message))
        }
        #expect(!key.verify([UInt8](code.dropLast()), over: message))
        #expect(!key.verify((code + [0]), over: message))
        #expect(!key.verify([UInt8](), over: message))
        #expect(!key.verify(code, over: [UInt8]("massage".utf8)))
        #expect(!HMACKey(SecretBytes([1, 2, 4]), hash: hash).verify(code, over: message))
    }

    @Test func oneKeyServesManyMessagesInAnyOrder() {
        let key = HMACKey(SecretBytes([7]), hash: .sha256)
        let first = key.authenticate([1])
        let empty = key.authenticate([UInt8]())
        #expect(first != empty)
        #expect(key.authenticate([1]) == first)
        #expect(key.authenticate([UInt8]()) == empty)
    }

    /// The states that are kept say what OpenSSL's own HMAC says, for keys and texts around the bounds of a block.
    @Test func runningCodesAreTheSame() {
        var generator = SeededGenerator(seed: 11)
        for count in [1, 32, 63, 64, 65, 200] {
            let secret = SecretBytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let running = RunningHMAC(secret)
            for length in [0, 1, 55, 56, 64, 119, 120, 1_000, 0] {
                let text = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let (high, low) = running.shortCode(text.span)
                let bytes = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) } }
                #expect(bytes == [UInt8](HMACKey(secret, hash: .sha256).authenticate(text.span).prefix(16)))
            }
        }
    }
}
