import Core
import Crypto
import JSON

/// Puts a token together and signs it: JWS compact form (RFC 7515 section 7.1).
struct TokenSigner: Sendable {
    let key: SigningKey
    let algorithm: SignatureAlgorithm
    /// The encoded header with its dot: the same for every token.
    private let prefix: [UInt8]

    /// - Parameter type: the `typ` of the header.
    init(_ key: SigningKey, _ algorithm: SignatureAlgorithm, keyID: [UInt8]?, type: StaticString) {
        self.key = key
        self.algorithm = algorithm
        var out = ByteBuffer(capacity: 128)
        out.append("{\"alg\":")
        JSONText.appendString(algorithm.name, to: &out)
        if let keyID {
            out.append(",\"kid\":")
            JSONText.appendString(keyID.span, to: &out)
        }
        out.append(",\"typ\":")
        JSONText.appendString(type, to: &out)
        out.append("}")
        prefix = Base64.encode(out.takeAll(), .url) + [UInt8(ascii: ".")]
    }

    /// Signs these claims, which are one JSON object.
    func sign(_ claims: [UInt8]) throws(IssueFailure) -> [UInt8] {
        var token = prefix
        token.append(contentsOf: Base64.encode(claims, .url))
        let signature: [UInt8]
        do {
            signature = try key.sign(algorithm, over: token.span)
        } catch {
            throw .signingFailed
        }
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64.encode(signature, .url))
        return token
    }
}
