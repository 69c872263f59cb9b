import Core
import Crypto
import YAML

extension OptionsReader {
    /// How tokens for an upstream are minted.
    static func mint(_ reader: NodeReader) -> MintOptions {
        let algorithm: SignatureAlgorithm? = reader.optionalChoice("algorithm")
        return MintOptions(
            key: mintKey(reader, algorithm), algorithm: algorithm, audience: reader.string("audience", default: "apache-airflow"),
            issuer: reader.optionalString("issuer"),
            lifetime: reader.duration("lifetime", in: Limits.mintedLifetimes, default: .seconds(600)),
            alsoPublished: alsoPublished(reader), subjectClaim: reader.string("subject_claim", default: "sub"),
            subjectFile: subjectFile(reader), roles: roles(reader))
    }

    private static func alsoPublished(_ reader: NodeReader) -> [MintOptions.PublishedKey] {
        if !reader.has("key_file") { reader.refuse("also_published", "a shared secret is never published") }
        return publishedKeys(reader)
    }

    private static func subjectFile(_ reader: NodeReader) -> FileReference? {
        if reader.has("subject_claim") { reader.refuse("subject_file", "`subject_claim` says already who somebody is in Airflow") }
        return reader.file("subject_file")
    }

    private static func mintKey(_ reader: NodeReader, _ algorithm: SignatureAlgorithm?) -> MintOptions.Key? {
        let secret = reader.file("secret_file")
        let key = reader.file("key_file")
        let hasKeyID = reader.has("kid")
        switch (reader.has("secret_file"), reader.has("key_file")) {
        case (false, false):
            reader.missing("secret_file", example: "jwt_secret")
            return nil
        case (true, true):
            reader.fault(
                "key_file", "`\(reader.path)` has both `secret_file` and `key_file`",
                remedy: "keep secret_file for a secret shared with Airflow, or key_file for a private key")
            return nil
        case (true, false):
            if hasKeyID { reader.refuse("kid", "a shared secret has no key id") }
            if let algorithm, !algorithm.isShared {
                reader.fault("algorithm", "\(algorithm.name) does not go with a shared secret", remedy: "write HS256, HS384 or HS512")
            }
            return secret.map(MintOptions.Key.secret)
        case (false, true):
            let keyID = reader.string("kid", example: "louver-1")
            if let algorithm, algorithm.isShared {
                reader.fault(
                    "algorithm", "\(algorithm.name) does not go with a private key", remedy: "write RS256, ES256 or EdDSA, or remove it")
            }
            return key.map { .privateKey($0, keyID: keyID) }
        }
    }
}
