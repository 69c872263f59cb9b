import Testing

@testable import Crypto

@Suite struct ECDSASignatureTests {
    @Test func integersAreShortestAndPositive() {
        var joined = [UInt8](repeating: 0, count: 64)
        joined[31] = 0x80  // needs a sign byte
        joined[63] = 0x7F  // needs none
        #expect(ECDSASignature.der(fromJOSE: joined, .p256) == hex("3007 02020080 02017f"))
    }

    @Test func theLongestFormHasATwoByteLength() {
        let joined = [UInt8](repeating: 0xFF, count: 132)
        let encoded = ECDSASignature.der(fromJOSE: joined, .p521) ?? []
        #expect(encoded.prefix(6) == [0x30, 0x81, 138, 0x02, 67, 0x00])
        #expect(encoded.count == 141)
    }

    @Test(arguments: EllipticCurve.allCases) func goesThereAndBack(_ curve: EllipticCurve) {
        for zeros in [0, 1, 7, curve.coordinateCount - 1] {
            var number = [UInt8](repeating: 0xA5, count: curve.coordinateCount)
            for at in 0..<zeros { number[at] = 0 }
            let joined = number + number.reversed().map { $0 | 1 }
            let encoded = ECDSASignature.der(fromJOSE: joined, curve)
            #expect(encoded.flatMap { ECDSASignature.jose(fromDER: $0, curve) } == joined)
        }
    }

    @Test func zeroAndWrongWidthHaveNoForm() {
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let zero = [UInt8](repeating: 0, count: 32)
        for joined in [zero + one, one + zero, zero + zero, one, one + one + [1], []] {
            #expect(ECDSASignature.der(fromJOSE: joined, .p256) == nil)
        }
    }

    @Test func textThatIsNoSignatureHasNoForm() {
        #expect(ECDSASignature.jose(fromDER: [0x30, 0x00], .p256) == nil)
        #expect(ECDSASignature.jose(fromDER: [], .p256) == nil)
        let wide = ECDSASignature.der(fromJOSE: [UInt8](repeating: 0xFF, count: 96), .p384) ?? []
        #expect(ECDSASignature.jose(fromDER: wide, .p256) == nil)
    }
}
