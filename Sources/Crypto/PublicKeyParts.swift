import Core

/// The public half of a key as a JWK states it (RFC 7518 section 6, RFC 8037 section 2): big-endian bytes, before base64url.
public enum PublicKeyParts: Sendable, Equatable {
    /// `n` and `e`, without leading zeros.
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// `crv`, `x` and `y`; the coordinates have the full width of the curve.
    case ec(curve: EllipticCurve, x: [UInt8], y: [UInt8])
    /// `x`, 32 bytes.
    case ed25519([UInt8])

    /// The JWK's required members with their text values, in the order of their names (RFC 7638 section 3.2).
    public var jwkMembers: [(name: StaticString, value: [UInt8])] {
        switch self {
        case .rsa(let modulus, let exponent):
            [("e", Base64.encode(exponent, .url)), ("kty", [UInt8]("RSA".utf8)), ("n", Base64.encode(modulus, .url))]
        case .ec(let curve, let x, let y):
            [
                ("crv", [UInt8](curve.name.utf8)), ("kty", [UInt8]("EC".utf8)), ("x", Base64.encode(x, .url)),
                ("y", Base64.encode(y, .url)),
            ]
        case .ed25519(let x):
            [("crv", [UInt8]("Ed25519".utf8)), ("kty", [UInt8]("OKP".utf8)), ("x", Base64.encode(x, .url))]
        }
    }

    /// The JWK thumbprint with SHA-256 in base64url, 43 bytes (RFC 7638): what serves as `kid`.
    public func thumbprint() -> [UInt8] {
        // No value needs escaping: all are base64url or names from this file.
        var canonical: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in jwkMembers {
            if canonical.count > 1 { canonical.append(UInt8(ascii: ",")) }
            canonical.append(UInt8(ascii: "\""))
            canonical.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            canonical.append(contentsOf: "\":\"".utf8)
            canonical.append(contentsOf: value)
            canonical.append(UInt8(ascii: "\""))
        }
        canonical.append(UInt8(ascii: "}"))
        return Base64.encode(Digest.sha256(canonical.span), .url)
    }

    /// The key, ready to verify with.
    public func verifyingKey() throws(CryptoFailure) -> VerifyingKey {
        switch self {
        case .rsa(let modulus, let exponent): try .rsa(modulus: modulus, exponent: exponent)
        case .ec(let curve, let x, let y): try .ec(curve: curve, x: x, y: y)
        case .ed25519(let x): try .ed25519(x)
        }
    }
}
