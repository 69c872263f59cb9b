import Core
import Crypto
import YAML

extension OptionsReader {
    static func issuers(_ reader: NodeReader) -> [IssuerOptions] {
        if !reader.has("issuers") {
            reader.missing("issuers", example: "[{issuer: https://idp.example, algorithms: [RS256], jwks_file: jwks.json}]")
        }
        let issuers = reader.list("issuers") { inner, _ in issuer(inner) }
        if reader.node("issuers")?.elements?.isEmpty == true {
            reader.fault("issuers", "`issuers` is empty, so nobody could call", remedy: "name at least one issuer of tokens")
        }
        for (index, issuer) in issuers.enumerated() where !issuer.issuer.isEmpty {
            if issuers[..<index].contains(where: { $0.issuer == issuer.issuer }) {
                let mark = reader.elements("issuers")[index].mark
                reader.faults.add(
                    reader.file, mark, "the issuer \(Fault.quote(issuer.issuer)) is named twice",
                    remedy: "merge the two, or remove one of them")
            }
        }
        return issuers
    }

    private static func issuer(_ reader: NodeReader) -> IssuerOptions {
        let name = reader.string("issuer", example: "https://idp.example")
        let algorithms = algorithms(reader)
        let keys = keys(reader, algorithms)
        return IssuerOptions(
            issuer: name, audiences: reader.strings("audiences"), algorithms: algorithms, keys: keys,
            groupsClaim: reader.string("groups_claim", default: "groups"), requiredScopes: reader.strings("required_scopes"),
            leeway: reader.duration("leeway", in: .zero...Limits.tokenLeewayMax, default: .seconds(10)),
            maximumLifetime: reader.duration(
                "maximum_lifetime", in: .seconds(60)...Limits.tokenLifetimeMax, default: Limits.tokenLifetimeDefault),
            authorizationServer: authorizationServer(reader, issuer: name))
    }

    private static func algorithms(_ reader: NodeReader) -> [SignatureAlgorithm] {
        if !reader.has("algorithms") { reader.missing("algorithms", example: "[RS256]") }
        if reader.node("algorithms")?.elements?.isEmpty == true {
            reader.fault("algorithms", "`\(reader.name(of: "algorithms"))` is empty", remedy: "write, for example: `algorithms: [RS256]`")
        }
        return reader.choices("algorithms")
    }

    private static func keys(_ reader: NodeReader, _ algorithms: [SignatureAlgorithm]) -> IssuerOptions.Keys? {
        let jwks = reader.file("jwks_file")
        let secret = reader.file("secret_file")
        switch (reader.has("jwks_file"), reader.has("secret_file")) {
        case (false, false):
            reader.missing("jwks_file", example: "jwks.json")
            return nil
        case (true, true):
            reader.fault(
                "secret_file", "`\(reader.path)` has both `jwks_file` and `secret_file`",
                remedy: "keep jwks_file for public keys, or secret_file for a shared secret")
            return nil
        case (let isPublic, _):
            for algorithm in algorithms where algorithm.isShared == isPublic {
                reader.fault(
                    "algorithms", "\(algorithm.name) does not go with `\(isPublic ? "jwks_file" : "secret_file")`",
                    remedy: isPublic ? "write an algorithm with public keys, such as RS256 or ES256" : "write HS256, HS384 or HS512")
            }
            return jwks.map(IssuerOptions.Keys.jwks) ?? secret.map(IssuerOptions.Keys.secret)
        }
    }

    private static func authorizationServer(_ reader: NodeReader, issuer: String) -> String? {
        if let written = reader.optionalURL("authorization_server", example: "https://idp.example") {
            if !written.isSecure, !written.isLoopback {
                reader.fault(
                    "authorization_server",
                    "`\(reader.name(of: "authorization_server"))` is plain http, so clients would send their secrets in the clear",
                    remedy: "write instead: https://\(written.authority)\(written.path)")
            }
            return reader.optionalString("authorization_server")
        }
        guard let url = ServerURL(issuer), url.isSecure || url.isLoopback else { return nil }
        return issuer
    }
}

extension SignatureAlgorithm {
    /// Whether it signs with a shared secret.
    var isShared: Bool { self == .hs256 || self == .hs384 || self == .hs512 }
}
