import Core
import Crypto
import Identity
import YAML

/// Makes the verifier and the issuers of credentials from options.
struct IdentityLoader {
    let loader: FileLoader

    /// What tells who calls; nil after a fault. Louver's own tokens are those of the last issuer.
    func verifier(_ options: LouverOptions, _ tokens: ClientTokens?) -> TokenVerifier? {
        let asked = options.issuers.map(isAsked)
        let trusted = zip(options.issuers, asked).map { $1 ? nil : trust($0, options) }
        guard zip(trusted, asked).allSatisfy({ $0 != nil || $1 }), let revoked = revoked(options), let keys = apiKeys(options) else {
            return nil
        }
        return whole(options.file) { () throws(IdentityFault) in
            var issuers = trusted.compactMap(\.self)
            if let tokens { issuers.append(try tokens.trust(clientKeys(options, tokens))) }
            return try TokenVerifier(issuers: issuers, revoked: revoked, apiKeys: keys)
        }
    }

    private func revoked(_ options: LouverOptions) -> RevokedTokens? {
        guard let file = options.revokedTokens else { return RevokedTokens.none }
        guard let bytes = loader.bytes(file) else { return nil }
        return named(file) { () throws(IdentityFault) in try RevokedTokens(bytes) }
    }

    private func apiKeys(_ options: LouverOptions) -> APIKeys? {
        guard let file = options.apiKeys else { return APIKeys.none }
        return loader.bytes(file).flatMap { APIKeyFile.read($0, file: file.path, faults: loader.faults) }
    }

    /// Where credentials for an upstream come from; nil after a fault.
    func issuer(_ options: ReissueOptions, upstream: String) -> Issuer? {
        switch options {
        case .none: return Issuer(.none)
        case .passthrough: return Issuer(.passthrough)
        case .basic(let accounts): return self.accounts(accounts).map { Issuer(.basic($0)) }
        case .login(_, let accounts): return self.accounts(accounts).map { Issuer(.login($0)) }
        case .exchange(let exchange): return self.exchange(exchange).map { Issuer(.exchange($0)) }
        case .static(let file):
            guard let token = loader.secretText(file) else { return nil }
            return named(file) { () throws(IdentityFault) in Issuer(.static(try UpstreamCredential.lasting(bearer: token))) }
        case .mint(let mint):
            return self.mint(mint).map { Issuer(.mint($0)) }
        }
    }

    /// The protected-resource document of a route; nil after a fault.
    func metadata(_ route: RouteOptions, _ options: LouverOptions) -> ResourceMetadata? {
        var servers: [String] = []
        for server in options.issuers.compactMap(\.authorizationServer) where !servers.contains(server) { servers.append(server) }
        var scopes: [String] = []
        for scope in options.issuers.flatMap(\.requiredScopes) where !scopes.contains(scope) { scopes.append(scope) }
        return whole(options.file) { () throws(IdentityFault) in
            var urls: [ExternalURL] = []
            for server in servers { urls.append(try ExternalURL(server)) }
            return try ResourceMetadata(
                resource: ExternalURL(route.externalURL.description), authorizationServers: urls, scopes: scopes.map { Array($0.utf8) },
                boundToCertificates: options.listeners.contains(where: \.asksForCertificates))
        }
    }

    // MARK: Pieces

    func trust(_ options: IssuerOptions, _ all: LouverOptions) -> IssuerTrust? {
        guard let (reference, keys) = keys(options, file: all.file) else { return nil }
        return named(reference) { () throws(IdentityFault) in
            var trust = try base(options, resources: all.routes.map { $0.externalURL.description }, keys)
            trust.leeway = options.leeway
            trust.maximumLifetime = options.maximumLifetime
            trust.requiredScopes = options.requiredScopes.map { Array($0.utf8) }
            for required in options.requiredClaims {
                trust.requiredClaims.append(
                    ClaimRequirement(try ClaimPath(required.claim), anyOf: required.anyOf.map { Array($0.utf8) }))
            }
            trust.requiresTokenID = options.requiresTokenID
            trust.requiresAccessTokenType = options.requiresAccessTokenType
            trust.requiresCertificate = options.requiresCertificate
            trust.groupsClaim = try ClaimPath(options.groupsClaim)
            return trust
        }
    }

    private func base(_ options: IssuerOptions, resources: [String], _ keys: KeySet) throws(IdentityFault) -> IssuerTrust {
        let name = Array(options.issuer.utf8)
        let audiences = options.audiences.map { Array($0.utf8) }
        switch options.kind {
        case .provider:
            return try IssuerTrust(
                issuer: name, audiences: audiences.isEmpty ? resources.map { Array($0.utf8) } : audiences,
                algorithms: options.algorithms, keys: keys)
        case .airflow:
            return try .airflow(
                name: name, hasIssuer: options.statesIssuer, audiences: audiences.isEmpty ? [IssuerTrust.airflowAudience] : audiences,
                algorithms: options.algorithms, keys: keys)
        }
    }

    /// Where keys are fetched that are published at a URL.
    func keySources(_ options: LouverOptions) -> [KeySource] {
        options.issuers.filter { !isAsked($0) }.enumerated().compactMap { place, issuer -> KeySource? in
            guard case .url(let url, let tls) = issuer.keys else { return nil }
            let context = url.isSecure ? TLSLoader(loader: loader).client(tls, name: "issuers[\(place)]") : nil
            return KeySource(
                identity: KeySource.Identity(issuer: issuer.issuer, url: url), place: place, tls: context,
                serverName: tls.serverName ?? url.host)
        }
    }

    private func keys(_ options: IssuerOptions, file: String) -> (FileReference, KeySet)? {
        switch options.keys {
        case nil: return nil
        case .url, .introspection: return (FileReference(unnamed: file), .empty)
        case .jwks(let file):
            guard let bytes = loader.bytes(file, atMost: Limits.keySetBytesMax) else { return nil }
            return named(file) { () throws(IdentityFault) in try KeySet.jwks(bytes) }.map { (file, $0) }
        case .secret(let files):
            let secrets = files.compactMap { loader.secretText($0) }
            guard secrets.count == files.count, let first = files.first else { return nil }
            // Airflow makes its own secret from fewer bytes than RFC 7518 asks for.
            let least = options.kind == .airflow ? Limits.mintSecretBytesMin : Limits.sharedSecretBytesMin
            return named(first) { () throws(IdentityFault) in try KeySet(secrets: secrets, minimumSecretBytes: least) }.map { (first, $0) }
        }
    }

    private func mint(_ options: MintOptions) -> AirflowMint? {
        let reference: FileReference
        let key: SigningKey
        var keyID: [UInt8]?
        switch options.key {
        case nil: return nil
        case .secret(let file):
            guard let secret = loader.secretText(file, atLeast: Limits.mintSecretBytesMin),
                let made = signingKey(file, { () throws(CryptoFailure) in try .secret(secret, options.algorithm ?? .hs512) })
            else {
                return nil
            }
            (reference, key) = (file, made)
        case .privateKey(let file, let name):
            guard let text = loader.secretText(file), let made = signingKey(file, { () throws(CryptoFailure) in try .pem(text) }) else {
                return nil
            }
            (reference, key, keyID) = (file, made, Array(name.utf8))
        }
        guard let subject = subject(options, reference) else { return nil }
        return named(reference) { () throws(IdentityFault) in
            try AirflowMint(
                key: key, algorithm: options.algorithm, keyID: keyID, issuer: options.issuer.map { Array($0.utf8) },
                audience: Array(options.audience.utf8), lifetime: options.lifetime, subject: subject, roles: try roles(options))
        }
    }

    private func subject(_ options: MintOptions, _ key: FileReference) -> SubjectSource? {
        if let file = options.subjectFile {
            return loader.bytes(file).flatMap { SubjectFile.read($0, file: file.path, faults: loader.faults) }.map { .table($0) }
        }
        if options.subjectClaim == "sub" { return .subject }
        return named(key) { () throws(IdentityFault) in .claim(try ClaimPath(options.subjectClaim)) }
    }

    /// The keys that stand in the published set, each once: those that sign, and those that are only published. Nil after a fault.
    func publishedKeys(_ options: LouverOptions, _ upstreams: [LoadedUpstream], _ tokens: ClientTokens?) -> PublishedKeys? {
        var entries = tokens.map { clientKeys(options, $0) } ?? []
        for upstream in upstreams {
            if case .mint(let mint) = upstream.issuer.mode, let entry = mint.published { entries.append(entry) }
            guard case .mint(let mint) = upstream.options.reissue else { continue }
            entries += published(mint.alsoPublished)
        }
        return whole(options.file) { () throws(IdentityFault) in try PublishedKeys(entries) }
    }

    private func roles(_ options: MintOptions) throws(IdentityFault) -> RoleMapping? {
        guard let roles = options.roles else { return nil }
        return try RoleMapping(
            roles.map { line in
                let bytes = { (texts: [String]) in texts.map { Array($0.utf8) } }
                let named: RoleRule.Condition = line.subjects.isEmpty ? .groups(bytes(line.groups)) : .subjects(bytes(line.subjects))
                let condition = line.scopes.isEmpty ? named : .scopes(bytes(line.scopes))
                return RoleRule(condition, issuer: line.issuer.map { Array($0.utf8) }, role: line.role)
            })
    }

    func signingKey(_ file: FileReference, _ make: () throws(CryptoFailure) -> SigningKey) -> SigningKey? {
        do {
            return try make()
        } catch {
            loader.fault(file, "cannot sign: \(error)", "name a PEM file with a private key, not encrypted, or a long enough secret")
            return nil
        }
    }

    /// Turns a fault of the Identity room into one at the place that names a file.
    func named<R>(_ file: FileReference, _ make: () throws(IdentityFault) -> R) -> R? {
        do {
            return try make()
        } catch {
            loader.fault(file, "cannot be used: \(error.message)", error.remedy)
            return nil
        }
    }

    /// Turns a fault of the Identity room into one of the whole file.
    func whole<R>(_ file: String, _ make: () throws(IdentityFault) -> R) -> R? {
        do {
            return try make()
        } catch {
            loader.faults.add(file, nil, error.message, remedy: error.remedy)
            return nil
        }
    }
}
