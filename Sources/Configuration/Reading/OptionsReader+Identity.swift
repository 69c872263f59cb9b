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
            issuer: issuer, key: key, keyID: keyID, alsoPublished: publishedKeys(reader), lifetime: lifetime, chain: chain)
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
        let secret = reader.requiredFile("client_secret_file", example: "client_secret")
        return endpoint.map { IntrospectionOptions(endpoint: $0, clientID: clientID, clientSecret: secret) }
    }
}
