import Core
import Crypto
import Identity

extension IdentityLoader {
    /// Where an upstream's credentials are asked for; nil where they are not, and after a fault.
    func tokenEndpoint(_ options: ReissueOptions, upstream: String) -> TokenEndpoint? {
        let endpoint: TokenEndpointOptions?
        switch options {
        case .exchange(let exchange): endpoint = exchange.endpoint
        case .login(let place, _): endpoint = place
        case .mint, .basic, .static, .none, .passthrough: endpoint = nil
        }
        return endpoint.map { place in
            TokenEndpoint(
                url: place.url,
                tls: place.url.isSecure ? TLSLoader(loader: loader).client(place.tls, name: "upstreams.\(upstream).reissue") : nil,
                serverName: place.tls.serverName ?? place.url.host)
        }
    }

    /// The mapping from callers to accounts; nil after a fault.
    func accounts(_ options: [AccountOptions]) -> AccountMapping? {
        var rules: [AccountMapping.Rule] = []
        for line in options {
            guard let password = loader.secretText(line.password) else { continue }
            let bytes = { (texts: [String]) in texts.map { Array($0.utf8) } }
            let named: RoleRule.Condition = line.subjects.isEmpty ? .groups(bytes(line.groups)) : .subjects(bytes(line.subjects))
            let condition = line.scopes.isEmpty ? named : .scopes(bytes(line.scopes))
            let rule = self.named(line.password) { () throws(IdentityFault) in
                AccountMapping.Rule(
                    condition, issuer: line.issuer.map { Array($0.utf8) },
                    account: try ServiceAccount(name: Array(line.username.utf8), password: password))
            }
            if let rule { rules.append(rule) }
        }
        guard rules.count == options.count, let first = options.first else { return nil }
        return self.named(first.password) { () throws(IdentityFault) in try AccountMapping(rules) }
    }

    /// The exchange at an authorization server; nil after a fault.
    func exchange(_ options: ExchangeOptions) -> TokenExchange? {
        let client = client(options.clientID, secret: options.clientSecret, key: options.clientKey, at: options.endpoint?.url)
        let actor = options.actorToken.flatMap { loader.secretText($0) }
        guard let client, (actor == nil) == (options.actorToken == nil) else { return nil }
        var request = TokenExchange.Request()
        request.audience = options.audience.map { Array($0.utf8) }
        request.resource = options.resource.map { Array($0.utf8) }
        request.scopes = options.scopes.map { Array($0.utf8) }
        let reference = options.clientSecret ?? options.actorToken ?? FileReference(unnamed: options.clientID)
        return named(reference) { () throws(IdentityFault) in
            try TokenExchange(client: client, actor: actor, requiresActor: options.requiresActor, request: request)
        }
    }

    /// Who Louver is at an authorization server, and what proves it; nil after a fault.
    func client(_ id: String, secret: FileReference?, key: ClientKeyOptions?, at endpoint: ServerURL?) -> ClientAuthentication? {
        let name = Array(id.utf8)
        guard let key else {
            let text = secret.flatMap { loader.secretText($0) }
            guard (text == nil) == (secret == nil) else { return nil }
            return named(secret ?? FileReference(unnamed: id)) { () throws(IdentityFault) in
                try ClientAuthentication(client: name, secret: text)
            }
        }
        guard let file = key.file, let audience = key.audience ?? endpoint?.description, let text = loader.secretText(file),
            let signing = signingKey(file, { () throws(CryptoFailure) in try .pem(text) })
        else { return nil }
        return named(file) { () throws(IdentityFault) in
            try ClientAuthentication(
                client: name, key: signing, keyID: key.keyID.map { Array($0.utf8) }, algorithm: key.algorithm,
                audience: Array(audience.utf8))
        }
    }
}
