import Core
import Testing

@Suite struct SecretBytesTests {
    @Test func matchesTheSameBytesOnly() {
        for count in 0...41 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
            let secret = SecretBytes(bytes.span)
            #expect(secret.matches(bytes.span) == true, "\(count) bytes")
            for at in 0..<count {
                var other = bytes
                other[at] ^= 0x80
                #expect(secret.matches(other.span) == false, "byte \(at) of \(count)")
            }
            let longer = bytes + [0]
            #expect(secret.matches(longer.span) == false)
            #expect(SecretBytes(longer.span).matches(bytes.span) == false)
        }
    }

    @Test func comparesWhereverTheBytesStand() {
        let bytes = [UInt8]((0..<64).map { $0 })
        for start in 0..<9 {
            let part = bytes[start..<start + 40]
            #expect(SecretBytes(part.span).matches(part.span) == true)
        }
    }

    @Test func clearsTheArrayItTakes() {
        var bytes: [UInt8] = [1, 2, 3]
        let secret = SecretBytes(taking: &bytes)
        #expect(bytes.isEmpty && secret.count == 3)
        #expect(secret.withBytes { [UInt8]($0) } == [1, 2, 3])
    }

    @Test func printsAsNothing() {
        let bytes: [UInt8] = [0x41, 0x42]
        let secret = SecretBytes(bytes.span)
        #expect("\(secret)" == "<secret>" && String(reflecting: secret) == "<secret>")
    }
}
