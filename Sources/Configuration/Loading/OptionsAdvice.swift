import Crypto

/// What an operator should know about a configuration that is not wrong.
public enum OptionsAdvice {
    /// One sentence for each thing, the weightiest first.
    public static func warnings(_ options: LouverOptions) -> [String] {
        var warnings: [String] = []
        for upstream in options.upstreams { warnings += self.warnings(upstream) + names(upstream, options) }
        for upstream in options.upstreams where !options.routes.contains(where: { $0.upstream == upstream.name }) {
            warnings.append("upstream `\(upstream.name)` is used by no route")
        }
        for listener in options.listeners where listener.tls == nil && !listener.address.isLoopback {
            warnings.append(
                "\(listener.address) speaks plain HTTP to other machines: tokens travel in the clear unless something before it speaks TLS")
        }
        if options.issuers.allSatisfy({ $0.authorizationServer == nil }) {
            warnings.append("no issuer names an `authorization_server`: clients are not told where to get a token and must bring one")
        }
        for issuer in options.issuers where issuer.audiences.isEmpty {
            let resources = options.routes.map { $0.externalURL.description }.joined(separator: " or ")
            warnings.append("issuer `\(issuer.issuer)` has no `audiences`: its tokens must be for \(resources)")
        }
        if options.sessionKey == nil {
            warnings.append("no `sessions.key_file`: sessions end when this process ends, and other replicas cannot serve them")
        }
        if options.redaction.tenantKey == nil {
            warnings.append("no `redaction.tenant_key_file`: placeholders differ between replicas and after a restart")
        }
        if options.redis == nil { warnings.append("no `redis`: limits are counted by each process for itself") }
        return warnings
    }

    /// Who may be whom in Airflow, and with which keys Airflow believes it.
    private static func names(_ upstream: UpstreamOptions, _ options: LouverOptions) -> [String] {
        guard case .mint(let mint) = upstream.reissue else { return [] }
        var warnings: [String] = []
        if options.issuers.count > 1, mint.subjectFile == nil {
            warnings.append(
                "upstream `\(upstream.name)` takes `\(mint.subjectClaim)` of every issuer for the same Airflow user: each of the "
                    + "\(options.issuers.count) issuers can name any user; write `subject_file` to say who is who")
        }
        if case .privateKey = mint.key {
            if let algorithm = mint.algorithm, algorithm != .rs256, algorithm != .eddsa {
                warnings.append("upstream `\(upstream.name)` signs with \(algorithm.name): Airflow takes RS256 and EdDSA from a key set")
            }
            warnings.append(
                "upstream `\(upstream.name)`: a key that stands in Airflow's `trusted_jwks_url` can sign tokens for tasks as well "
                    + "(execution API): guard its file as you guard Airflow's own")
        }
        return warnings
    }

    private static func warnings(_ upstream: UpstreamOptions) -> [String] {
        var warnings: [String] = []
        let name = "upstream `\(upstream.name)`"
        switch upstream.reissue {
        case .static:
            warnings.append(
                "\(name) gets one token for everybody (`mode: static`): Airflow's own permissions and audit log see that one account, "
                    + "so only the policy tells callers apart"
            )
        case .some(.none):
            warnings.append(
                "\(name) gets no token (`mode: none`): a standalone Airflow MCP server then acts with its own account for every "
                    + "caller, so only the policy tells callers apart"
            )
        case .mint(let mint) where mint.roles == nil:
            warnings.append("\(name) gets tokens without a role: Airflow's simple auth manager refuses them; write `roles` if it is in use")
        case .passthrough:
            warnings.append(
                "\(name) gets the client's own token (`mode: passthrough`): MCP forbids it, and whoever runs the upstream can act as the "
                    + "caller elsewhere"
            )
        case .login, .basic:
            warnings.append(
                "\(name) gets the credentials of an account that several callers may share: Airflow's permissions and audit log see that "
                    + "account")
        case .mint, .exchange, nil: break
        }
        if !upstream.url.isSecure, !upstream.url.isLoopback {
            warnings.append("\(name) is reached over plain HTTP at \(upstream.url.authority): credentials and replies travel in the clear")
        }
        return warnings
    }
}
