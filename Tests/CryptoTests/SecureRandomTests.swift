import Testing

@testable import Crypto

@Suite struct SecureRandomTests {
    @Test(arguments: [0, 1, 12, 4_096]) func givesAsManyBytesAsAsked(_ count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
    }

    @Test func doesNotRepeatItself() {
        #expect(SecureRandom.bytes(16) != SecureRandom.bytes(16))
        #expect(SecureRandom.uint64() != SecureRandom.uint64())
        #expect(SecureRandom.uuid4Hex() != SecureRandom.uuid4Hex())
    }

    @Test func uuidHasVersionAndVariant() {
        for _ in 0..<64 {
            let text = SecureRandom.uuid4Hex()
            #expect(text.count == 32)
            #expect(text.allSatisfy { "0123456789abcdef".utf8.contains($0) })
            #expect(text[12] == UInt8(ascii: "4"))
            #expect("89ab".utf8.contains(text[16]))
        }
    }
}
