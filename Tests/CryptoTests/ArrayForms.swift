import Core

@testable import Crypto

// The same calls over arrays: an expectation cannot hold a span in the expression it takes apart.

extension SecretBytes {
    convenience init(_ bytes: [UInt8]) { self.init(bytes.span) }
}

extension Digest {
    static func make(_ algorithm: HashAlgorithm, _ bytes: [UInt8]) -> [UInt8] { make(algorithm, bytes.span) }
    static func sha256(_ bytes: [UInt8]) -> [UInt8] { sha256(bytes.span) }
    static func sha384(_ bytes: [UInt8]) -> [UInt8] { sha384(bytes.span) }
    static func sha512(_ bytes: [UInt8]) -> [UInt8] { sha512(bytes.span) }
    static func sha256Value(_ bytes: [UInt8]) -> Digest256 { sha256Value(bytes.span) }
}

extension HMACKey {
    func authenticate(_ bytes: [UInt8]) -> [UInt8] { authenticate(bytes.span) }
    func verify(_ mac: [UInt8], over bytes: [UInt8]) -> Bool { verify(mac.span, over: bytes.span) }
}

extension SealingKey {
    func seal(_ plain: [UInt8], context: [UInt8]) -> [UInt8] { seal(plain.span, context: context.span) }
    func open(_ sealed: [UInt8], context: [UInt8]) -> [UInt8]? { open(sealed.span, context: context.span) }
}

extension SignatureAlgorithm {
    init?(text: String) { self.init(name: [UInt8](text.utf8).span) }
}

extension VerifyingKey {
    static func pem(_ text: [UInt8]) throws -> VerifyingKey { try pem(text.span) }
    func verify(_ algorithm: SignatureAlgorithm, signature: [UInt8], over bytes: [UInt8]) -> Bool {
        verify(algorithm, signature: signature.span, over: bytes.span)
    }
}

extension SigningKey {
    static func pem(_ text: [UInt8]) throws -> SigningKey { try pem(SecretBytes(text)) }
    func sign(_ algorithm: SignatureAlgorithm, over bytes: [UInt8]) throws -> [UInt8] { try sign(algorithm, over: bytes.span) }
}

extension ECDSASignature {
    static func der(fromJOSE joined: [UInt8], _ curve: EllipticCurve) -> [UInt8]? { der(fromJOSE: joined.span, curve) }
}
