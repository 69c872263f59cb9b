import Testing

@testable import Crypto

@Suite struct PublicKeyPartsTests {
    @Test func publishedThumbprints() {
        // RFC 7638 section 3.1 and RFC 8037 appendix A.3.
        let rsa = PublicKeyParts.rsa(modulus: Printed.thumbprintModulus, exponent: [1, 0, 1])
        #expect(String(decoding: rsa.thumbprint(), as: UTF8.self) == Printed.modulusThumbprint)
        #expect(String(decoding: PublicKeyParts.ed25519(Printed.ed25519).thumbprint(), as: UTF8.self) == Printed.ed25519Thumbprint)
    }

    @Test func membersAreSortedAndComplete() {
        let parts = PublicKeyParts.ec(curve: .p256, x: Printed.p256x, y: Printed.p256y)
        let members = parts.jwkMembers.map { ("\($0.name)", String(decoding: $0.value, as: UTF8.self)) }
        #expect(members.map(\.0) == ["crv", "kty", "x", "y"])
        #expect(members.map(\.1).prefix(2) == ["P-256", "EC"])
        #expect(base64URL(members[2].1) == Printed.p256x)
    }

    @Test func publishedKeysComeBackUnchanged() throws {
        let all: [PublicKeyParts] = [
            .rsa(modulus: Printed.rsaModulus, exponent: Printed.rsaExponent),
            .ec(curve: .p256, x: Printed.p256x, y: Printed.p256y), .ec(curve: .p521, x: Printed.p521x, y: Printed.p521y),
            .ed25519(Printed.ed25519),
        ]
        for parts in all { #expect(try parts.verifyingKey().publicParts == parts) }
    }
}
