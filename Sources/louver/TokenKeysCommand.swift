import Configuration
import Identity

/// `louver token keys`.
enum TokenKeysCommand {
    static let command = Command(
        name: "token keys", summary: "print the public keys that Louver publishes, as a JWK Set", operands: "",
        flags: [.config, .policies],
        text: """
            What `louver run` serves at /.well-known/jwks.json: the public halves of the keys that sign tokens for Airflow and for clients,
            and of those that are about to. Airflow reads it from a file as well as from the URL ([api_auth] trusted_jwks_url); it looks
            again only once an hour, so publish a key at least that long before it signs. Private keys are never printed.
            """,
        examples: [
            ("louver token keys --config louver.yaml > trusted-jwks.json", "for an Airflow that cannot reach Louver")
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let snapshot = TokenArguments.load(arguments, terminal) else { return .usage }
        if snapshot.publishedKeys.count == 0 {
            terminal.fault(
                "no private key signs in this configuration, so there is none to publish",
                remedy: "write `key_file` and `kid` under `reissue` or `client_tokens`")
            return .failure
        }
        terminal.print(String(decoding: snapshot.publishedKeys.document, as: UTF8.self))
        return .success
    }
}
