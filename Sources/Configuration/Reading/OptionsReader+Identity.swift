import Core
import Crypto
import YAML

extension OptionsReader {
    /// Louver's own tokens for clients.
    static func clientTokens(_ reader: NodeReader) -> ClientTokenOptions {
        let issuer = reader.string("issuer", example: "https://louver.example")
        let key = reader.requiredFile("key_file", example: "client-tokens.pem")
        let keyID = reader.string("kid", example: "louver-clients-1")
        let lifetime = reader.duration("lifetime", in: Limits.mintedLifetimes, default: .seconds(3_600))
        let chain = reader.duration("chain", in: Limits.mintedLifetimes.lowerBound...Limits.tokenLifetimeMax, default: .seconds(43_200))
        if chain < lifetime {
            reader.fault(
                "chain", "`\(reader.name(of: "chain"))` is shorter than one token lives",
                remedy: "write more than \(Notation.write(lifetime))")
        }
        return ClientTokenOptions(
            issuer: issuer, key: key, keyID: keyID, alsoPublished: publishedKeys(reader), endpoint: tokenPath(reader), lifetime: lifetime,
            chain: chain)
    }

    private static func tokenPath(_ reader: NodeReader) -> String? {
        guard reader.has("endpoint") else { return nil }
        let path = path(reader, "endpoint", example: "/token")
        return path.isEmpty ? nil : path
    }

    /// A token endpoint needs a path of its own, and somebody who can be known there.
    static func checkTokenEndpoint(_ reader: NodeReader, _ options: LouverOptions) {
        guard let endpoint = options.clientTokens?.endpoint else { return }
        if options.routes.contains(where: { $0.path == endpoint }) {
            reader.fault(
                "client_tokens", "the path \(Fault.quote(endpoint)) of `client_tokens.endpoint` is that of a route",
                remedy: "give each a path of its own")
        }
        if options.apiKeys == nil, options.certificateSubject == nil {
            reader.fault(
                "client_tokens", "nobody could get a token at `client_tokens.endpoint`: no client is known by a key or a certificate",
                remedy: "write `api_keys_file` or `certificate_subject`, or remove `endpoint`")
        }
    }

    /// Keys that are published beside the one that signs.
    static func publishedKeys(_ reader: NodeReader) -> [MintOptions.PublishedKey] {
        reader.list("also_published") { inner, _ -> MintOptions.PublishedKey? in
            let keyID = inner.string("kid", example: "louver-2")
            let half = inner.file("public_key_file")
            if half != nil { inner.refuse("key_file", "`public_key_file` names the key already") }
            let file = half ?? inner.requiredFile("key_file", example: "louver-2.pem")
            return file.map { MintOptions.PublishedKey(file: $0, isPublicHalf: half != nil, keyID: keyID) }
        }.compactMap(\.self)
    }

    /// How an issuer is asked about tokens that say nothing themselves.
    static func introspection(_ reader: NodeReader) -> IntrospectionOptions? {
        let endpoint = tokenEndpoint(reader, "url", example: "https://idp.example/introspect")
        let clientID = reader.string("client_id", example: "louver")
        let (secret, key) = clientProof(reader, isNeeded: true)
        return endpoint.map { IntrospectionOptions(endpoint: $0, clientID: clientID, clientSecret: secret, clientKey: key) }
    }
}
