/// What an operator should know about a configuration that is not wrong.
public enum OptionsAdvice {
    /// One sentence for each thing, the weightiest first.
    public static func warnings(_ options: LouverOptions) -> [String] {
        var warnings: [String] = []
        for upstream in options.upstreams { warnings += self.warnings(upstream) }
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
        case .mint, nil: break
        }
        if !upstream.url.isSecure, !upstream.url.isLoopback {
            warnings.append("\(name) is reached over plain HTTP at \(upstream.url.authority): credentials and replies travel in the clear")
        }
        return warnings
    }
}
