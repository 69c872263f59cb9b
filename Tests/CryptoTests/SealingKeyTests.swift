import Core
import TestSupport
import Testing

@testable import Crypto

@Suite struct SealingKeyTests {
    struct Case: Sendable {
        let key: [UInt8]
        let nonce: [UInt8]
        let plain: [UInt8]
        let context: [UInt8]
        let sealed: [UInt8]
    }

    // The Galois/Counter Mode of Operation (McGrew, Viega), test cases 13, 14 and 16.
    static let cases: [Case] = [
        Case(
            key: [UInt8](repeating: 0, count: 32), nonce: [UInt8](repeating: 0, count: 12), plain: [], context: [],
            sealed: hex("530f8afbc74536b9a963b4f1c4cb738b")),
        Case(
            key: [UInt8](repeating: 0, count: 32), nonce: [UInt8](repeating: 0, count: 12), plain: [UInt8](repeating: 0, count: 16),
            context: [], sealed: hex("cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919")),
        Case(
            key: hex("feffe992 8665731c 6d6a8f94 67308308 feffe992 8665731c 6d6a8f94 67308308"),
            nonce: hex("cafebabe facedbad decaf888"),
            plain: hex(
                """
                d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72
                1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39
                """),
            context: hex("feedfacedeadbeeffeedfacedeadbeef abaddad2"),
            sealed: hex(
                """
                522dc1f099567d07f47f37a32a84427d 643a8cdcbfe5c0c97598a2bd2555d1aa
                8cb08e48590dbb3da7b08b1056828838 c5f61e6393ba7a0abcc9f662
                76fc6ece0f4e1768cddf8853bb2d551b
                """)),
    ]

    @Test(arguments: cases) func published(_ published: Case) {
        let key = SealingKey(SecretBytes(published.key))
        var nonce = published.nonce
        var out = [UInt8](repeating: 0, count: published.sealed.count)
        nonce.withUnsafeMutableBytes { nonce in
            out.withUnsafeMutableBytes { key.seal(published.plain.span, context: published.context.span, nonce: nonce, into: $0) }
        }
        #expect(out == published.sealed)
        #expect(key.open((published.nonce + published.sealed), context: published.context) == published.plain)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1_000, 70_000]) func opensWhatItSealed(_ count: Int) {
        let key = SealingKey.random()
        let plain = SecureRandom.bytes(count)
        let sealed = key.seal(plain, context: [1, 2])
        #expect(sealed.count == count + SealingKey.overhead)
        #expect(key.open(sealed, context: [1, 2]) == plain)
        #expect(key.open(sealed, context: [1, 3]) == nil)
        #expect(key.open(sealed, context: [UInt8]()) == nil)
        #expect(SealingKey.random().open(sealed, context: [1, 2]) == nil)
    }

    @Test func everyChangedOrMissingByteIsRefused() {
        let key = SealingKey.random()
        let sealed = key.seal([UInt8]("session".utf8), context: [9])
        for at in sealed.indices {
            var changed = sealed
            changed[at] ^= 0x80
            #expect(key.open(changed, context: [9]) == nil)
            #expect(key.open([UInt8](sealed[..<at]), context: [9]) == nil)
        }
        #expect(key.open((sealed + [0]), context: [9]) == nil)
    }

    @Test func theSameTextSealsDifferently() {
        let key = SealingKey.random()
        #expect(key.seal([1], context: [UInt8]()) != key.seal([1], context: [UInt8]()))
    }
}
