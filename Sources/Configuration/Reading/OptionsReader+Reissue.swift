import Core
import Crypto
import Identity
import YAML

extension OptionsReader {
    private enum Mode: String, CaseIterable {
        case mint, `static`, none
    }

    private static let mintKeys = [
        "secret_file", "key_file", "kid", "also_published", "algorithm", "audience", "issuer", "lifetime", "subject_claim", "subject_file",
        "roles",
    ]

    static func reissue(_ reader: NodeReader) -> ReissueOptions? {
        guard let mode = reader.choice("mode", of: Mode.self) else {
            // Without the mode nobody can say which of the others belong.
            for key in mintKeys + ["token_file"] { _ = reader.has(key) }
            return nil
        }
        if mode != .static { reader.refuse("token_file", "it belongs to `mode: static`") }
        if mode != .mint {
            for key in mintKeys { reader.refuse(key, "it belongs to `mode: mint`") }
        }
        switch mode {
        case .none: return ReissueOptions.none
        case .static: return reader.requiredFile("token_file", example: "token").map(ReissueOptions.static)
        case .mint: return .mint(mint(reader))
        }
    }

    private static func mint(_ reader: NodeReader) -> MintOptions {
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
        return reader.list("also_published") { inner, _ -> MintOptions.PublishedKey? in
            let keyID = inner.string("kid", example: "louver-2")
            return inner.requiredFile("key_file", example: "louver-2.pem").map { MintOptions.PublishedKey(file: $0, keyID: keyID) }
        }.compactMap(\.self)
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

    private static func roles(_ reader: NodeReader) -> [RoleOptions]? {
        guard reader.has("roles") else { return nil }
        if reader.node("roles")?.elements?.isEmpty == true {
            reader.fault(
                "roles", "`\(reader.name(of: "roles"))` is empty, so nobody could call",
                remedy: "write, for example: `roles: [{groups: [airflow-admins], role: admin}]`")
        }
        return reader.list("roles") { inner, _ -> RoleOptions? in
            let groups = inner.strings("groups")
            let scopes = inner.strings("scopes")
            let subjects = inner.strings("subjects")
            let issuer = inner.optionalString("issuer")
            if [groups, scopes, subjects].count(where: { !$0.isEmpty }) != 1 {
                inner.faults.add(
                    inner.file, inner.mark, "`\(inner.path)` needs exactly one of `groups`, `scopes` and `subjects`",
                    remedy: "write, for example: `{groups: [airflow-admins], role: admin}`")
            }
            return inner.choice("role", of: AirflowRole.self).map {
                RoleOptions(groups: groups, scopes: scopes, subjects: subjects, issuer: issuer, role: $0)
            }
        }.compactMap(\.self)
    }
}
