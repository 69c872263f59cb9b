import Configuration
import Core
import Identity
import Proxy

/// `louver token inspect`.
enum TokenInspectCommand {
    static let command = Command(
        name: "token inspect", summary: "say what a token holds, and whether a configuration would take it", operands: "",
        flags: [.config, .policies, Flag("--claims-only", "do not ask the configuration")],
        text: """
            Reads one token from standard input. Shows its header and the claims that standards name; of others only the names, and never
            the token or its signature. Then says what `louver run` would make of it: whom it speaks of, or the exact reason of the
            refusal, which a client is never told. Issuers that publish their keys at a URL are asked for them.
            """,
        examples: [
            ("louver token inspect --config louver.yaml < token", "why is this token refused?"),
            ("pbpaste | louver token inspect --claims-only", "what does it hold? No configuration is read"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let token = TokenArguments.readToken()
        if token.isEmpty {
            terminal.fault("louver token inspect: no token came on standard input", remedy: "write: louver token inspect < token")
            return .usage
        }
        show(token, terminal)
        if arguments.has("--claims-only") { return .success }
        guard let snapshot = TokenArguments.load(arguments, terminal) else { return .usage }
        return judge(token, snapshot, terminal)
    }

    private static func show(_ token: [UInt8], _ terminal: Terminal) {
        do {
            for row in try TokenInspection(token.span, now: .now()).rows {
                terminal.print("  \(row.name)\(String(repeating: " ", count: max(1, 12 - row.name.count)))\(row.value)")
            }
        } catch {
            terminal.print(
                "  no well-formed JWT (\(error.rawValue)), \(token.count) characters: an API key, or a token only its issuer can read")
        }
    }

    private static func judge(_ token: [UInt8], _ snapshot: Snapshot, _ terminal: Terminal) -> ExitCode {
        let probe = KeyProbe(asking: snapshot)
        for warning in probe.warnings { terminal.print("\(terminal.styled("-", .yellow)) \(warning)") }
        let verifier = (try? snapshot.verifier.replacing(keys: probe.keys)) ?? snapshot.verifier
        do throws(TokenFailure) {
            let principal = try verifier.verify(token.span, now: .now())
            let subject = String(decoding: principal.subject, as: UTF8.self)
            let issuer = String(decoding: principal.issuer, as: UTF8.self)
            terminal.print(terminal.styled("taken", .green) + ": \(subject) of \(issuer), known in logs as \(name(principal))")
            for upstream in snapshot.upstreams { tell(principal, upstream, terminal) }
            return .success
        } catch {
            let place = error.issuer.map { " (issuer \(String(decoding: verifier.issuers[$0].issuer, as: UTF8.self)))" } ?? ""
            terminal.print(terminal.styled("refused", .red) + ": \(error.reason.rawValue)\(place)")
            return .failure
        }
    }

    private static func name(_ principal: Principal) -> String {
        String(decoding: Hex.encode([UInt8](principal.key.prefix(8))), as: UTF8.self)
    }

    private static func tell(_ principal: Principal, _ upstream: LoadedUpstream, _ terminal: Terminal) {
        guard case .mint(let mint) = upstream.issuer.mode else { return }
        do throws(IssueFailure) {
            let (name, role) = try mint.identity(of: principal)
            terminal.print(
                "  upstream \(upstream.options.name): \(String(decoding: name, as: UTF8.self))\(role.map { ", role \($0.rawValue)" } ?? "")"
            )
        } catch {
            terminal.print("  upstream \(upstream.options.name): no credential (\(error.rawValue))")
        }
    }
}
