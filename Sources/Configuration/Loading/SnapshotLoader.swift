import Core
import Crypto
import Redaction
import Synchronization
import YAML

/// Reads a configuration and everything it names, again and again over the life of a process.
public final class SnapshotLoader: Sendable {
    private let configuration: String
    private let explicitPolicies: String?
    private let environmentPolicies: String?
    private let version = Atomic<UInt64>(0)
    private let seen = Lock(Seen())
    /// The key of placeholders where none is configured: the same over all reloads of this process.
    private let ownTenantKey: SecretBytes

    /// Makes a loader of the file at a path.
    ///
    /// - Parameters:
    ///   - policies: the directory that `--policies` names.
    ///   - environment: the directory that `$LOUVER_POLICIES` names.
    public init(configuration: String, policies: String? = nil, environment: String? = nil) {
        self.configuration = configuration
        explicitPolicies = policies
        environmentPolicies = environment
        var random = SecureRandom.bytes(Limits.keyFileBytesMin)
        ownTenantKey = SecretBytes(taking: &random)
    }

    /// Reads everything. Nil, with every fault added to `faults`, when any of it cannot be used.
    ///
    /// Opens files, and so blocks: for the main thread or a helper thread, never for a loop.
    public func load(_ faults: Faults) -> Snapshot? {
        let found = Faults()
        defer { faults.add(contentsOf: found) }
        let stamps = FileStamps()
        let loader = FileLoader(faults: found, stamps: stamps)
        defer { seen.withLock { $0 = Seen(loaded: stamps) } }
        guard let bytes = loader.bytes(FileReference(unnamed: configuration)) else { return nil }
        guard let options = OptionsReader.read(bytes, file: configuration, faults: found) else { return nil }

        let policies = policiesDirectory(found)
        let identity = IdentityLoader(loader: loader)
        let clientTokens = identity.clientTokens(options)
        let verifier = identity.verifier(options, clientTokens)
        let introspection = identity.introspection(options)
        let keySources = identity.keySources(options)
        let contexts = options.listeners.map { listener in listener.tls.flatMap { TLSLoader(loader: loader).server($0) } }
        let upstreams = options.upstreams.compactMap { loadUpstream($0, loader) }
        let publishedKeys = identity.publishedKeys(options, upstreams, clientTokens)
        let redaction = RedactionLoader(loader: loader, policies: policies).engine(options.redaction, ownTenantKey: ownTenantKey)
        let routes = loadRoutes(options, policies, loader, redaction)
        let redis = options.redis.flatMap { loadRedis($0, loader) }
        let adminToken = options.adminToken.flatMap { loader.bearerText($0) }
        let sessionKeys = ([options.sessionKey].compactMap(\.self) + options.previousSessionKeys).compactMap {
            deriveSessionKey($0, loader)
        }
        let tracing = options.tracing.map { tracing in
            LoadedTracing(
                options: tracing, tls: tracing.endpoint.isSecure ? TLSLoader(loader: loader).client(tracing.tls, name: "tracing") : nil)
        }
        let audit = options.audit.flatMap { loader.audit($0) }

        guard found.isEmpty, let verifier, let publishedKeys, let redaction else { return nil }
        return Snapshot(
            version: version.wrappingAdd(1, ordering: .relaxed).newValue, options: options, hash: Hex.encode(Digest.sha256(bytes.span)),
            warnings: warnings(options, routes, upstreams, redaction.engine), verifier: verifier,
            keySources: keySources, publishedKeys: publishedKeys, listenerContexts: contexts, upstreams: upstreams, routes: routes,
            redis: redis, adminToken: adminToken, redaction: redaction.engine, detectorsHash: redaction.hash, sessionKeys: sessionKeys,
            clientTokens: clientTokens, introspection: introspection, audit: audit, tracing: tracing)
    }

    /// Whether a file that the last load read, or did not find, is another one now, and has come to rest: looked at from time to time, it
    /// says so only when two looks after each other see the same. Deploying several files then makes for one reload.
    public func hasChanged() -> Bool {
        seen.withLock { seen in
            guard !seen.loaded.isCurrent else {
                seen.lastLook = nil
                return false
            }
            let look = seen.loaded.renewed()
            defer { seen.lastLook = look }
            return seen.lastLook?.isSame(as: look) ?? false
        }
    }

    /// What the last load read, and how it looked since.
    private struct Seen: Sendable {
        var loaded = FileStamps()
        var lastLook: FileStamps?
    }

    private func warnings(
        _ options: LouverOptions, _ routes: [LoadedRoute], _ upstreams: [LoadedUpstream], _ redaction: RedactionEngine
    ) -> [String] {
        RedactionAdvice.warnings(options, routes, redaction, now: .now()) + ServerAdvice.warnings(routes, upstreams)
            + ServerAdvice.paths(routes, upstreams) + OptionsAdvice.warnings(options) + CertificateAdvice.warnings(options, now: .now())
    }

    private func policiesDirectory(_ faults: Faults) -> String? {
        do {
            return try PoliciesDirectory.find(
                explicit: explicitPolicies, environment: environmentPolicies, executable: PoliciesDirectory.executablePath())
        } catch {
            faults.add(configuration, nil, error.detail)
            return nil
        }
    }

    private func loadUpstream(_ options: UpstreamOptions, _ loader: FileLoader) -> LoadedUpstream? {
        let context = options.url.isSecure ? TLSLoader(loader: loader).client(options.tls, name: "upstreams.\(options.name)") : nil
        guard let reissue = options.reissue, let issuer = IdentityLoader(loader: loader).issuer(reissue, upstream: options.name) else {
            return nil
        }
        let endpoint = IdentityLoader(loader: loader).tokenEndpoint(reissue, upstream: options.name)
        return LoadedUpstream(options: options, tls: context, issuer: issuer, tokenEndpoint: endpoint)
    }

    private func loadRoutes(
        _ options: LouverOptions, _ policies: String?, _ loader: FileLoader, _ redaction: RedactionLoader.Loaded?
    ) -> [LoadedRoute] {
        let identity = IdentityLoader(loader: loader)
        var files = PolicyFiles(loader: loader, policies: policies)
        // Routes under the same policy share their scrubbers.
        var engines: [String: RedactionEngine] = [:]
        return options.routes.compactMap { route in
            let policy = files.load(route.policy)
            let metadata = identity.metadata(route, options)
            guard let policy, let metadata, let upstream = options.upstreams.firstIndex(where: { $0.name == route.upstream }) else {
                return nil
            }
            guard let engine = engines[route.policy.path] ?? redaction?.engine(for: policy) else { return nil }
            engines[route.policy.path] = engine
            return LoadedRoute(options: route, upstream: upstream, policy: policy, redaction: engine, metadata: metadata)
        }
    }

    private func loadRedis(_ options: RedisOptions, _ loader: FileLoader) -> LoadedRedis? {
        let context = options.tls.flatMap { TLSLoader(loader: loader).client($0, name: "redis") }
        let password = options.password.flatMap { loader.secretText($0) }
        let sentinelPassword = options.sentinelPassword.flatMap { loader.secretText($0) }
        return LoadedRedis(
            options: options, tls: context, tlsDigest: options.tls.map { digest(of: $0, loader) } ?? [], password: password,
            sentinelPassword: sentinelPassword)
    }

    /// Tells one set of certificates and keys from another.
    private func digest(of tls: ClientTLSOptions, _ loader: FileLoader) -> [UInt8] {
        var parts: [UInt8] = []
        for reference in [tls.ca, tls.certificate].compactMap(\.self) {
            let bytes = loader.bytes(reference) ?? []
            parts += Digest.sha256(bytes.span)
        }
        if let key = tls.key.flatMap({ loader.secretText($0) }) { parts += HMACKey(key, hash: .sha256).authenticate([0].span) }
        return Digest.sha256(parts.span)
    }

    /// A sealing key has exactly 32 bytes and its file may have more, so it is derived.
    private func deriveSessionKey(_ reference: FileReference, _ loader: FileLoader) -> SealingKey? {
        guard let secret = loader.secretKey(reference, atLeast: Limits.keyFileBytesMin) else { return nil }
        let purpose = Array("louver session seal 1".utf8)
        var derived = HMACKey(secret, hash: .sha256).authenticate(purpose.span)
        return SealingKey(SecretBytes(taking: &derived))
    }
}
