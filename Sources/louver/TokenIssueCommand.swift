import Configuration
import Core
import Crypto
import Identity

/// `louver token issue`.
enum TokenIssueCommand {
    static let command = Command(
        name: "token issue", summary: "make a token for a machine client, or an API key", operands: "",
        flags: [
            .config, .policies, Flag("--subject", value: "NAME", "whom it speaks of"),
            Flag("--client", value: "ID", "the client program (`client_id`)"),
            Flag("--group", value: "NAME", "a group; may come often, or with commas"),
            Flag("--scope", value: "NAME", "a scope; may come often, or with commas"),
            Flag("--api-key", "make an API key instead, and the lines for `api_keys_file`"),
        ],
        text: """
            The token is signed with the key of `client_tokens` in the configuration and written to standard output, alone, so that it
            can go into a file or a secret store. A client that keeps calling is handed the next one in `Refreshed-API-Token`, until the
            chain has lasted for `client_tokens.chain`. Its `jti`, by which it can be revoked, is told on standard error.
            An API key is random and known to nobody else; only its SHA-256 goes into the file of keys.
            """,
        examples: [
            ("louver token issue --subject nightly-report --group analytics > token", "a token for a machine"),
            ("louver token issue --api-key --subject nightly-report --group analytics > key", "a key that does not end"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let subject = arguments.value("--subject") else {
            terminal.fault("louver token issue: nobody is named", remedy: "write --subject NAME")
            return .usage
        }
        if arguments.has("--api-key") { return makeKey(subject, arguments, terminal) }
        guard let snapshot = TokenArguments.load(arguments, terminal) else { return .usage }
        guard let tokens = snapshot.clientTokens else {
            terminal.fault(
                "the configuration has no `client_tokens`, so there is no key to sign with",
                remedy: "write, for example: `client_tokens: {issuer: https://louver.example, key_file: client-tokens.pem, kid: clients-1}`"
            )
            return .failure
        }
        var holder = ClientTokens.Holder(subject: Array(subject.utf8))
        holder.client = arguments.value("--client").map { Array($0.utf8) }
        holder.groups = TokenArguments.words(arguments, "--group")
        holder.scopes = TokenArguments.words(arguments, "--scope")
        do {
            let now = WallTime.now()
            let token = try tokens.issue(holder, now: now)
            let principal = try snapshot.verifier.verify(token.span, now: now)
            terminal.print(String(decoding: token, as: UTF8.self))
            let id = String(decoding: principal.tokenID ?? [], as: UTF8.self)
            terminal.error("jti \(id), until \(String(decoding: principal.expires.rfc3339(), as: UTF8.self))")
            return .success
        } catch let failure as TokenFailure {
            terminal.fault("Louver itself would refuse this token: \(failure.reason.rawValue)", remedy: "name the holder with plain words")
            return .failure
        } catch {
            terminal.fault("the token could not be signed", remedy: "")
            return .failure
        }
    }

    private static func makeKey(_ subject: String, _ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let key = [UInt8]("louver_".utf8) + Base64.encode(SecureRandom.bytes(32), .url)
        terminal.print(String(decoding: key, as: UTF8.self))
        let list = { (flag: String) in
            TokenArguments.words(arguments, flag).map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
        }
        terminal.error("for `api_keys_file`, under `keys`:")
        terminal.error("  - id: \(subject)")
        terminal.error("    sha256: \(String(decoding: Hex.encode(Digest.sha256(key.span)), as: UTF8.self))")
        if !list("--group").isEmpty { terminal.error("    groups: [\(list("--group"))]") }
        if !list("--scope").isEmpty { terminal.error("    scopes: [\(list("--scope"))]") }
        return .success
    }
}
