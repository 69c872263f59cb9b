import Policy

/// What an operator should know about servers that do not use the token they are sent.
enum ServerAdvice {
    /// One sentence for each upstream whose path is none of those at which its server listens.
    static func paths(_ routes: [LoadedRoute], _ upstreams: [LoadedUpstream]) -> [String] {
        var told: Set<String> = []
        return routes.compactMap { route in
            let upstream = upstreams[route.upstream].options
            let paths = route.policy.endpointPaths
            guard !paths.isEmpty, !paths.contains(where: { upstream.url.path.hasSuffix($0) }), told.insert(upstream.name).inserted else {
                return nil
            }
            let known = paths.map { "`\($0)`" }.joined(separator: " or ")
            let written = upstream.url.path.isEmpty ? "has no path" : "ends in `\(upstream.url.path)`"
            return
                "upstream `\(upstream.name)`: its URL \(written), and the server `\(route.policy.server)` listens at \(known) unless told "
                + "otherwise; what it answers elsewhere is an error, or a redirect, which Louver does not follow"
        }
    }

    /// One sentence for each upstream whose server acts as itself, though Louver sends it a credential of each caller's own.
    static func warnings(_ routes: [LoadedRoute], _ upstreams: [LoadedUpstream]) -> [String] {
        var told: Set<String> = []
        var warnings: [String] = []
        for route in routes {
            let upstream = upstreams[route.upstream]
            guard isPersonal(upstream.options.reissue), told.insert(upstream.options.name + "\0" + route.policy.server).inserted else {
                continue
            }
            let name = "upstream `\(upstream.options.name)`"
            let server = "\(name): the server `\(route.policy.server)`"
            switch route.policy.callersToken {
            case .used: break
            case .ignored:
                warnings.append(
                    "\(server) ignores the token it is sent and acts as its own user: Airflow's rights of the caller are not in force, "
                        + "only the policy is. A server inside Airflow's api-server uses it (`airflow-mcp-plugin`, or "
                        + "`astro-airflow-mcp` as a plugin); or run one server for each group of callers, with an account of its own "
                        + "(Deploy/guides/mcp-servers.md)")
            case .plugin:
                warnings.append(
                    "\(server) uses the token it is sent only as a plugin of Airflow's api-server (a URL that ends in /mcp/v1/); standing "
                        + "alone it acts as its own user, and only the policy tells callers apart")
            }
        }
        return warnings
    }

    private static func isPersonal(_ reissue: ReissueOptions?) -> Bool {
        switch reissue {
        case .mint, .exchange, .login, .basic, .passthrough: true
        case .static, .some(.none), nil: false
        }
    }
}
