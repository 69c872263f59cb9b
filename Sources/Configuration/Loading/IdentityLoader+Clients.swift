import Core
import Crypto
import Identity

extension IdentityLoader {
    /// Louver's own tokens for clients; nil where there are none, and after a fault.
    func clientTokens(_ options: LouverOptions) -> ClientTokens? {
        guard let tokens = options.clientTokens, let file = tokens.key, let text = loader.secretText(file),
            let key = signingKey(file, { () throws(CryptoFailure) in try .pem(text) })
        else { return nil }
        return named(file) { () throws(IdentityFault) in
            try ClientTokens(
                issuer: Array(tokens.issuer.utf8), key: key, keyID: Array(tokens.keyID.utf8),
                audiences: options.routes.map { Array($0.externalURL.description.utf8) }, lifetime: tokens.lifetime, chain: tokens.chain)
        }
    }

    /// The keys that may have signed them.
    func clientKeys(_ options: LouverOptions, _ tokens: ClientTokens) -> [PublishedKeys.Entry] {
        [tokens.published] + published(options.clientTokens?.alsoPublished ?? [])
    }

    /// Keys that are published and do not sign; fewer after a fault.
    func published(_ keys: [MintOptions.PublishedKey]) -> [PublishedKeys.Entry] {
        keys.compactMap { key in
            if key.isPublicHalf { return publicHalf(key) }
            guard let text = loader.secretText(key.file) else { return nil }
            guard let made = signingKey(key.file, { () throws(CryptoFailure) in try .pem(text) }) else { return nil }
            return named(key.file) { () throws(IdentityFault) in try PublishedKeys.Entry(made, id: Array(key.keyID.utf8)) }
        }
    }

    private func publicHalf(_ key: MintOptions.PublishedKey) -> PublishedKeys.Entry? {
        guard let text = loader.bytes(key.file, atMost: Limits.keyFileBytesMax) else { return nil }
        do {
            let half = try VerifyingKey.pem(text.span)
            return named(key.file) { () throws(IdentityFault) in try PublishedKeys.Entry(half, id: Array(key.keyID.utf8)) }
        } catch {
            loader.fault(key.file, "is no public key: \(error)", "name a PEM file: `openssl pkey -in key.pem -pubout`")
            return nil
        }
    }

    /// Whether an issuer is asked about each token.
    func isAsked(_ issuer: IssuerOptions) -> Bool { if case .introspection = issuer.keys { true } else { false } }

    /// The issuer that is asked about tokens; nil where there is none, and after a fault.
    func introspection(_ options: LouverOptions) -> LoadedIntrospection? {
        for (place, issuer) in options.issuers.enumerated() {
            guard case .introspection(let asked) = issuer.keys else { continue }
            let url = asked.endpoint.url
            let client = client(asked.clientID, secret: asked.clientSecret, key: asked.clientKey, at: url)
            guard let client, let trust = pinned(issuer, options) else { return nil }
            let questions = Introspection(trust, client: client)
            let tls = url.isSecure ? TLSLoader(loader: loader).client(asked.endpoint.tls, name: "issuers[\(place)].introspection") : nil
            return LoadedIntrospection(
                questions: questions,
                endpoint: TokenEndpoint(url: url, tls: tls, serverName: asked.endpoint.tls.serverName ?? url.host))
        }
        return nil
    }

    /// What is pinned of an issuer that signs nothing: the algorithm stands for none, because no signature is checked.
    private func pinned(_ issuer: IssuerOptions, _ options: LouverOptions) -> IssuerTrust? {
        var issuer = issuer
        issuer.algorithms = [.rs256]
        return trust(issuer, options)
    }
}
