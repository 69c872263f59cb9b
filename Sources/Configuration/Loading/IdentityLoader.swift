import Core
import Crypto
import Identity
import YAML

/// Makes the verifier and the issuers of credentials from options.
struct IdentityLoader {
    let loader: FileLoader

    /// What tells who calls; nil after a fault.
    func verifier(_ options: LouverOptions) -> TokenVerifier? {
        let resources = options.routes.map { $0.externalURL.description }
        let trusted = options.issuers.map { trust($0, resources: resources) }
        guard trusted.allSatisfy({ $0 != nil }) else { return nil }
        return whole(options.file) { () throws(IdentityFault) in try TokenVerifier(issuers: trusted.compactMap(\.self)) }
    }

    /// Where credentials for an upstream come from; nil after a fault.
    func issuer(_ options: ReissueOptions, upstream: String) -> Issuer? {
        switch options {
        case .none: return Issuer(.none)
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
                resource: ExternalURL(route.externalURL.description), authorizationServers: urls, scopes: scopes.map { Array($0.utf8) })
        }
    }

    // MARK: Pieces

    private func trust(_ options: IssuerOptions, resources: [String]) -> IssuerTrust? {
        guard let (reference, keys) = keys(options) else { return nil }
        let audiences = options.audiences.isEmpty ? resources : options.audiences
        return named(reference) { () throws(IdentityFault) in
            var trust = try IssuerTrust(
                issuer: Array(options.issuer.utf8), audiences: audiences.map { Array($0.utf8) }, algorithms: options.algorithms, keys: keys)
            trust.leeway = options.leeway
            trust.maximumLifetime = options.maximumLifetime
            trust.requiredScopes = options.requiredScopes.map { Array($0.utf8) }
            trust.groupsClaim = try ClaimPath(options.groupsClaim)
            return trust
        }
    }

    private func keys(_ options: IssuerOptions) -> (FileReference, KeySet)? {
        switch options.keys {
        case nil: return nil
        case .jwks(let file):
            guard let bytes = loader.bytes(file, atMost: Limits.keySetBytesMax) else { return nil }
            return named(file) { () throws(IdentityFault) in try KeySet.jwks(bytes) }.map { (file, $0) }
        case .secret(let file):
            guard let secret = loader.secretText(file) else { return nil }
            return named(file) { () throws(IdentityFault) in try KeySet(secrets: [secret]) }.map { (file, $0) }
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
        return named(reference) { () throws(IdentityFault) in
            let subject: SubjectSource = options.subjectClaim == "sub" ? .subject : .claim(try ClaimPath(options.subjectClaim))
            return try AirflowMint(
                key: key, algorithm: options.algorithm, keyID: keyID, issuer: options.issuer.map { Array($0.utf8) },
                audience: Array(options.audience.utf8), lifetime: options.lifetime, subject: subject, roles: try roles(options))
        }
    }

    private func roles(_ options: MintOptions) throws(IdentityFault) -> RoleMapping? {
        guard let roles = options.roles else { return nil }
        return try RoleMapping(
            roles.map { line in
                let bytes = { (texts: [String]) in texts.map { Array($0.utf8) } }
                return RoleRule(line.groups.isEmpty ? .scopes(bytes(line.scopes)) : .groups(bytes(line.groups)), role: line.role)
            })
    }

    private func signingKey(_ file: FileReference, _ make: () throws(CryptoFailure) -> SigningKey) -> SigningKey? {
        do {
            return try make()
        } catch {
            loader.fault(file, "cannot sign: \(error)", "name a PEM file with a private key, not encrypted, or a long enough secret")
            return nil
        }
    }

    /// Turns a fault of the Identity room into one at the place that names a file.
    private func named<R>(_ file: FileReference, _ make: () throws(IdentityFault) -> R) -> R? {
        do {
            return try make()
        } catch {
            loader.fault(file, "cannot be used: \(error.message)", error.remedy)
            return nil
        }
    }

    /// Turns a fault of the Identity room into one of the whole file.
    private func whole<R>(_ file: String, _ make: () throws(IdentityFault) -> R) -> R? {
        do {
            return try make()
        } catch {
            loader.faults.add(file, nil, error.message, remedy: error.remedy)
            return nil
        }
    }
}
