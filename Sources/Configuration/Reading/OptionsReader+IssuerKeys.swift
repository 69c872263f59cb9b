import Core
import Crypto
import YAML

extension OptionsReader {
    /// Where an issuer's keys come from: exactly one of three; or that it is asked about each token.
    static func issuerKeys(_ reader: NodeReader, _ algorithms: [SignatureAlgorithm]) -> IssuerOptions.Keys? {
        let file = reader.file("jwks_file")
        let url = jwksURL(reader)
        let secret = reader.file("secret_file")
        let previous = reader.files("previous_secret_files") ?? []
        let tls = reader.mapping("tls", clientTLS)
        let introspection = reader.mapping("introspection", self.introspection) ?? nil
        let written = ["jwks_url", "jwks_file", "secret_file", "introspection"].filter { reader.has($0) }
        if !reader.has("jwks_url") { reader.refuse("tls", "it belongs to `jwks_url`") }
        if !reader.has("secret_file") { reader.refuse("previous_secret_files", "they belong to `secret_file`") }
        guard let source = written.first else {
            reader.missing("jwks_url", example: "https://idp.example/jwks.json")
            return nil
        }
        if written.count > 1 {
            reader.fault(
                written[1], "`\(reader.path)` has both `\(source)` and `\(written[1])`",
                remedy: "keep jwks_url or jwks_file for public keys, secret_file for a shared secret, or introspection")
            return nil
        }
        if source == "introspection" {
            reader.refuse("algorithms", "the issuer is asked about each token")
            return introspection.map { .introspection($0) }
        }
        let isPublic = source != "secret_file"
        for algorithm in algorithms where algorithm.isShared == isPublic {
            reader.fault(
                "algorithms", "\(algorithm.name) does not go with `\(source)`",
                remedy: isPublic ? "write an algorithm with public keys, such as RS256 or ES256" : "write HS256, HS384 or HS512")
        }
        if previous.count >= Limits.sharedSecretsMax {
            reader.fault("previous_secret_files", "too many secrets for one issuer", remedy: "keep at most \(Limits.sharedSecretsMax - 1)")
        }
        if let url { return .url(url, tls ?? ClientTLSOptions()) }
        if let file { return .jwks(file) }
        return secret.map { .secret([$0] + previous) }
    }

    /// Keys that travel in the clear could be anybody's.
    private static func jwksURL(_ reader: NodeReader) -> ServerURL? {
        guard let url = reader.optionalURL("jwks_url", example: "https://idp.example/jwks.json") else { return nil }
        if !url.isSecure, !url.isLoopback {
            reader.fault(
                "jwks_url", "`\(reader.name(of: "jwks_url"))` is plain http, so whoever is on the way could put in keys of his own",
                remedy: "write instead: https://\(url.authority)\(url.path)")
        }
        if !url.isSecure, reader.has("tls") {
            reader.fault(
                "tls", "`\(reader.name(of: "tls"))` is written, but the URL is plain http", remedy: "write an https URL, or remove `tls`")
        }
        return url
    }
}
