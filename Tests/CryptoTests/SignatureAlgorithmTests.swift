import Testing

@testable import Crypto

@Suite struct SignatureAlgorithmTests {
    @Test(arguments: SignatureAlgorithm.allCases) func namesRoundTrip(_ algorithm: SignatureAlgorithm) {
        #expect(SignatureAlgorithm(text: algorithm.name) == algorithm)
    }

    @Test func theNewerNameOfEdDSAIsKnown() {
        #expect(SignatureAlgorithm(text: "Ed25519") == .eddsa)
    }

    @Test(arguments: ["", "none", "None", "rs256", "RS256 ", "RS25", "HS1", "ES256K", "EDDSA", "Ed448", "RS256\0"])
    func otherNamesAreUnknown(_ name: String) {
        #expect(SignatureAlgorithm(text: name) == nil)
    }

    @Test func noAlgorithmServesTwoKindsOfKey() {
        let kinds: [KeyKind] = [.rsa, .ec(.p256), .ec(.p384), .ec(.p521), .ed25519, .secret]
        for algorithm in SignatureAlgorithm.allCases {
            #expect(kinds.count { $0.serves(algorithm) } == 1)
        }
    }
}
