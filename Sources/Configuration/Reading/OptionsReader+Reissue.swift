import Core
import Crypto
import Identity
import YAML

extension OptionsReader {
    private enum Mode: String, CaseIterable {
        case mint, exchange
        case login = "airflow-login"
        case basic, `static`, none, passthrough

        /// The keys that belong to it.
        var keys: [String] {
            switch self {
            case .mint:
                [
                    "secret_file", "key_file", "kid", "also_published", "algorithm", "audience", "issuer", "lifetime", "subject_claim",
                    "subject_file", "roles",
                ]
            case .exchange:
                [
                    "token_url", "tls", "client_id", "client_secret_file", "client_key", "audience", "resource", "scopes",
                    "actor_token_file", "require_actor",
                ]
            case .login: ["token_url", "tls", "accounts"]
            case .basic: ["accounts"]
            case .static: ["token_file"]
            case .none: []
            case .passthrough: ["hand_on_client_tokens"]
            }
        }
    }

    static func reissue(_ reader: NodeReader) -> ReissueOptions? {
        guard let mode = reader.choice("mode", of: Mode.self) else {
            // Without the mode nobody can say which of the others belong.
            for key in Mode.allCases.flatMap(\.keys) { _ = reader.has(key) }
            return nil
        }
        refuseOthers(reader, mode)
        switch mode {
        case .none: return ReissueOptions.none
        case .static: return reader.requiredFile("token_file", example: "token").map(ReissueOptions.static)
        case .mint: return .mint(mint(reader))
        case .exchange: return .exchange(exchange(reader))
        case .login:
            return .login(tokenEndpoint(reader, "token_url", example: "http://127.0.0.1:8080/auth/token"), accounts(reader))
        case .basic: return .basic(accounts(reader))
        case .passthrough:
            if !reader.bool("hand_on_client_tokens", default: false) {
                reader.fault(
                    "hand_on_client_tokens", "`mode: passthrough` hands the client's own token to the upstream, which MCP forbids",
                    remedy: "use `mint`, `exchange` or `airflow-login`; or add `hand_on_client_tokens: true`")
            }
            return .passthrough
        }
    }

    private static func refuseOthers(_ reader: NodeReader, _ mode: Mode) {
        var told: Set<String> = []
        for other in Mode.allCases where other != mode {
            for key in other.keys where !mode.keys.contains(key) && told.insert(key).inserted {
                reader.refuse(key, "it belongs to `mode: \(other.rawValue)`")
            }
        }
    }

    // MARK: Endpoints that give tokens

    private static func exchange(_ reader: NodeReader) -> ExchangeOptions {
        let clientID = reader.string("client_id", example: "louver")
        let endpoint = tokenEndpoint(reader, "token_url", example: "https://idp.example/token")
        let (secret, key) = clientProof(reader, isNeeded: endpoint?.tls.certificate == nil)
        return ExchangeOptions(
            endpoint: endpoint, clientID: clientID, clientSecret: secret, clientKey: key, audience: reader.optionalString("audience"),
            resource: reader.optionalString("resource"), scopes: reader.strings("scopes"), actorToken: reader.file("actor_token_file"),
            requiresActor: reader.bool("require_actor", default: false))
    }

    /// What proves which client Louver is: a secret or a key. Neither is a fault where nothing else does.
    static func clientProof(_ reader: NodeReader, isNeeded: Bool) -> (secret: FileReference?, key: ClientKeyOptions?) {
        let secret = reader.file("client_secret_file")
        let key = reader.mapping("client_key") { inner in
            let algorithm: SignatureAlgorithm? = inner.optionalChoice("algorithm")
            if let algorithm, algorithm.isShared {
                inner.fault(
                    "algorithm", "\(algorithm.name) needs a shared secret, and this is a private key",
                    remedy: "write RS256, PS256, ES256 or EdDSA, or leave it out")
            }
            return ClientKeyOptions(
                file: inner.requiredFile("key_file", example: "louver-client.pem"), keyID: inner.optionalString("kid"),
                algorithm: algorithm, audience: inner.optionalString("audience"))
        }
        let isWritten = (secret: reader.has("client_secret_file"), key: reader.has("client_key"))
        if isWritten.secret, isWritten.key {
            reader.fault("client_key", "`\(reader.path)` has both `client_secret_file` and `client_key`", remedy: "keep one of them")
        }
        if isNeeded, !isWritten.secret, !isWritten.key { reader.missing("client_secret_file", example: "client_secret") }
        return (secret, key)
    }

    /// Secrets go there: never in the clear, but to this machine.
    static func tokenEndpoint(_ reader: NodeReader, _ key: String, example: String) -> TokenEndpointOptions? {
        let url = reader.url(key, example: example)
        let tls = reader.mapping("tls", clientTLS)
        guard let url else { return nil }
        if !url.isSecure, !url.isLoopback {
            reader.fault(
                key, "`\(reader.name(of: key))` is plain http, so passwords and tokens would travel in the clear",
                remedy: "write instead: https://\(url.authority)\(url.path)")
        }
        if !url.isSecure, tls != nil {
            reader.fault(
                "tls", "`\(reader.name(of: "tls"))` is written, but the URL is plain http", remedy: "write an https URL, or remove `tls`")
        }
        return TokenEndpointOptions(url: url, tls: tls ?? ClientTLSOptions())
    }

    // MARK: Mappings

    private static let accountExample = "{groups: [analytics], username: analytics, password_file: analytics_password}"

    private static func accounts(_ reader: NodeReader) -> [AccountOptions] {
        if !reader.has("accounts") { reader.missing("accounts", example: "[\(accountExample)]") }
        refuseEmpty(reader, "accounts", accountExample)
        return reader.list("accounts") { inner, _ -> AccountOptions? in
            let who = who(inner, example: accountExample)
            let username = inner.string("username", example: "analytics")
            return inner.requiredFile("password_file", example: "analytics_password").map {
                AccountOptions(
                    groups: who.groups, scopes: who.scopes, subjects: who.subjects, issuer: who.issuer, username: username, password: $0)
            }
        }.compactMap(\.self)
    }

    static let roleExample = "{groups: [airflow-admins], role: admin}"

    static func roles(_ reader: NodeReader) -> [RoleOptions]? {
        guard reader.has("roles") else { return nil }
        refuseEmpty(reader, "roles", roleExample)
        return reader.list("roles") { inner, _ -> RoleOptions? in
            let who = who(inner, example: roleExample)
            return inner.choice("role", of: AirflowRole.self).map {
                RoleOptions(groups: who.groups, scopes: who.scopes, subjects: who.subjects, issuer: who.issuer, role: $0)
            }
        }.compactMap(\.self)
    }

    private static func refuseEmpty(_ reader: NodeReader, _ key: String, _ example: String) {
        guard reader.node(key)?.elements?.isEmpty == true else { return }
        reader.fault(
            key, "`\(reader.name(of: key))` is empty, so nobody could call", remedy: "write, for example: `\(key): [\(example)]`")
    }

    /// Whom a line speaks of: exactly one of three, and perhaps of one issuer only.
    private static func who(
        _ inner: NodeReader, example: String
    ) -> (groups: [String], scopes: [String], subjects: [String], issuer: String?) {
        let (groups, scopes, subjects) = (inner.strings("groups"), inner.strings("scopes"), inner.strings("subjects"))
        if [groups, scopes, subjects].count(where: { !$0.isEmpty }) != 1 {
            inner.faults.add(
                inner.file, inner.mark, "`\(inner.path)` needs exactly one of `groups`, `scopes` and `subjects`",
                remedy: "write, for example: `\(example)`")
        }
        return (groups, scopes, subjects, inner.optionalString("issuer"))
    }
}
