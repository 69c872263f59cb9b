import Core
import Crypto
import JSON

/// A key of the set that is passed over; the others stand.
private struct Skipped: Error {}

extension KeySet {
    /// Reads a JWK Set (RFC 7517 section 5), as fetched or from a file.
    ///
    /// Passed over, as section 5 wants: keys of an unknown `kty` or `crv`, not meant to verify (`use`, `key_ops`), whose `alg` is
    /// unknown or not for this kind of key, or too weak. The whole set is refused if it is over `Limits.keySetBytesMax`, is not strict
    /// JSON, holds more than `Limits.keySetKeysMax` keys, a secret (`oct`) or the private half of a key, two keys with one `kid`, or no
    /// usable key.
    public static func jwks(_ bytes: [UInt8]) throws(IdentityFault) -> KeySet {
        guard bytes.count <= Limits.keySetBytesMax else {
            throw IdentityFault("the key set has more than \(Limits.keySetBytesMax) bytes", remedy: "publish fewer keys")
        }
        let document: JSONDocument
        do {
            document = try JSONDocument.parse(bytes, dialect: .request)
        } catch {
            throw IdentityFault(
                "the key set is not JSON (\(error.reason) at byte \(error.offset))", remedy: "check that the address is that of a JWK Set")
        }
        guard let list = document.root["keys"], list.kind == .array else {
            throw IdentityFault("the key set has no list `keys`", remedy: "check that the address is that of a JWK Set (RFC 7517)")
        }
        guard list.count <= Limits.keySetKeysMax else {
            throw IdentityFault("the key set has \(list.count) keys", remedy: "publish at most \(Limits.keySetKeysMax)")
        }
        return try read(list)
    }

    private static func read(_ list: JSONNode) throws(IdentityFault) -> KeySet {
        var keys: [PublicKey] = []
        var places: [[UInt8]: Int] = [:]
        var skipped = 0
        var fault: IdentityFault?
        list.forEachElement { node in
            guard fault == nil else { return }
            do throws(IdentityFault) {
                guard let key = try publicKey(node) else {
                    skipped += 1
                    return
                }
                if let id = key.id, places.updateValue(keys.count, forKey: id) != nil {
                    throw IdentityFault("two keys of the set have the same `kid`", remedy: "give each key a `kid` of its own")
                }
                keys.append(key)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        guard !keys.isEmpty else {
            throw IdentityFault(
                "the key set holds no key that can verify signatures",
                remedy: "publish an RSA (2048 bits or more), EC or Ed25519 public key")
        }
        return KeySet(publicKeys: keys, places: places, skippedCount: skipped)
    }

    /// One key, or nil if it is passed over.
    private static func publicKey(_ node: JSONNode) throws(IdentityFault) -> PublicKey? {
        guard node.kind == .object, let type = node["kty"], type.kind == .string else {
            throw IdentityFault("a key of the set has no `kty`", remedy: "publish a JWK Set as RFC 7517 describes it")
        }
        if type.equals("oct") || node["d"] != nil || node["k"] != nil {
            throw IdentityFault(
                "the key set publishes a secret or the private half of a key",
                remedy: "replace that key everywhere it is used, and publish public keys only")
        }
        do {
            guard isForVerifying(node) else { return nil }
            let id = try keyID(node["kid"])
            let key = try verifyingKey(node, type)
            return PublicKey(id: id, algorithm: try algorithm(node["alg"], of: key), key: key)
        } catch {
            return nil
        }
    }

    /// RFC 7517 sections 4.2 and 4.3.
    private static func isForVerifying(_ node: JSONNode) -> Bool {
        if let use = node["use"], !use.equals("sig") { return false }
        guard let operations = node["key_ops"] else { return true }
        var verifies = false
        operations.forEachElement { if $0.equals("verify") { verifies = true } }
        return verifies
    }

    private static func keyID(_ node: JSONNode?) throws(Skipped) -> [UInt8]? {
        switch ClaimText.read(node, bytesMax: Limits.tokenKeyIDBytesMax) {
        case .absent: return nil
        case .text(let text): return text
        case .malformed: throw Skipped()
        }
    }

    private static func algorithm(_ node: JSONNode?, of key: VerifyingKey) throws(Skipped) -> SignatureAlgorithm? {
        guard let node else { return nil }
        guard let named = node.withString({ SignatureAlgorithm(name: $0) }), let named, key.kind.serves(named) else { throw Skipped() }
        return named
    }

    private static func verifyingKey(_ node: JSONNode, _ type: JSONNode) throws(Skipped) -> VerifyingKey {
        do {
            if type.equals("RSA") {
                return try .rsa(modulus: try number(node["n"]), exponent: try number(node["e"]))
            }
            if type.equals("EC") {
                let named = node["crv"]?.string.flatMap { EllipticCurve(rawValue: String(decoding: $0, as: UTF8.self)) }
                guard let curve = named else { throw Skipped() }
                return try .ec(curve: curve, x: try number(node["x"]), y: try number(node["y"]))
            }
            guard type.equals("OKP"), let curve = node["crv"], curve.equals("Ed25519") else { throw Skipped() }
            return try .ed25519(try number(node["x"]))
        } catch {
            throw Skipped()
        }
    }

    private static func number(_ node: JSONNode?) throws(Skipped) -> [UInt8] {
        guard let decoded = node?.withString({ Base64.decode($0, .url) }), let bytes = decoded, !bytes.isEmpty else { throw Skipped() }
        return bytes
    }
}
