import Core
import Crypto
import YAML

extension OptionsReader {
    static func issuers(_ reader: NodeReader, _ listeners: [ListenerOptions]) -> [IssuerOptions] {
        if !reader.has("issuers") {
            reader.missing("issuers", example: "[{issuer: https://idp.example, algorithms: [RS256], jwks_file: jwks.json}]")
        }
        let issuers = reader.list("issuers") { inner, _ in issuer(inner, listeners) }
        if reader.node("issuers")?.elements?.isEmpty == true {
            reader.fault("issuers", "`issuers` is empty, so nobody could call", remedy: "name at least one issuer of tokens")
        }
        let asked = issuers.count { if case .introspection = $0.keys { true } else { false } }
        if asked > 1 {
            reader.fault(
                "issuers", "two issuers want to be asked about tokens, and such a token does not say whose it is",
                remedy: "keep `introspection` at one of them")
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

    private static func issuer(_ reader: NodeReader, _ listeners: [ListenerOptions]) -> IssuerOptions {
        let kind = reader.choice("kind", default: IssuerOptions.Kind.provider)
        let isAirflow = kind == .airflow
        if !isAirflow { reader.refuse("states_issuer", "it belongs to `kind: airflow`") }
        let name = reader.string("issuer", example: isAirflow ? "airflow" : "https://idp.example")
        let algorithms = algorithms(reader, kind)
        let keys = issuerKeys(reader, algorithms)
        let isBound = reader.bool("require_certificate", default: false)
        if isBound, !listeners.contains(where: \.asksForCertificates) {
            reader.fault(
                "require_certificate", "its tokens must be bound to client certificates, and no listener asks for any: nobody could call",
                remedy: "write `client_certificates: optional` and `client_ca` at a listener, or remove it")
        }
        return IssuerOptions(
            kind: kind, issuer: name, statesIssuer: isAirflow ? reader.bool("states_issuer", default: false) : true,
            audiences: reader.strings("audiences"), algorithms: algorithms, keys: keys,
            groupsClaim: reader.string("groups_claim", default: isAirflow ? "role" : "groups"),
            requiredScopes: reader.strings("required_scopes"), requiredClaims: requiredClaims(reader),
            requiresTokenID: reader.bool("require_token_id", default: isAirflow),
            requiresAccessTokenType: reader.bool("require_access_token_type", default: false),
            requiresCertificate: isBound,
            leeway: reader.duration("leeway", in: .zero...Limits.tokenLeewayMax, default: .seconds(10)),
            maximumLifetime: reader.duration(
                "maximum_lifetime", in: .seconds(60)...Limits.tokenLifetimeMax, default: Limits.tokenLifetimeDefault),
            authorizationServer: authorizationServer(reader, issuer: name))
    }

    private static func requiredClaims(_ reader: NodeReader) -> [IssuerOptions.RequiredClaim] {
        reader.list("required_claims") { inner, _ in
            IssuerOptions.RequiredClaim(claim: inner.string("claim", example: "tenant"), anyOf: inner.strings("any"))
        }
    }

    private static func algorithms(_ reader: NodeReader, _ kind: IssuerOptions.Kind) -> [SignatureAlgorithm] {
        if !reader.has("algorithms") {
            if kind == .airflow { return [.hs512] }
            if reader.has("introspection") { return [] }
            reader.missing("algorithms", example: "[RS256]")
        }
        if reader.node("algorithms")?.elements?.isEmpty == true {
            reader.fault("algorithms", "`\(reader.name(of: "algorithms"))` is empty", remedy: "write, for example: `algorithms: [RS256]`")
        }
        return reader.choices("algorithms")
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
