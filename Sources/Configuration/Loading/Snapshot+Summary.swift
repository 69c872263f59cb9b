import Audit
import Crypto
import Identity
import Policy
import Redaction
import TLS
import Telemetry
import YAML

extension Snapshot {
    /// What it amounts to, for people: a line for each thing that would run. Holds no secret.
    public var summary: [String] {
        var lines: [String] = []
        for listener in options.listeners {
            lines.append(
                Self.row(
                    "listen", "\(listener.tls == nil ? "http" : "https")://\(listener.address)\(listener.tls.map(Self.certificates) ?? "")")
            )
        }
        lines.append(Self.row("admin", options.admin.map { "http://\($0) (/metrics /healthz /readyz)" } ?? "off"))
        lines.append(Self.row("workers", options.workers.map(String.init) ?? "one for each core"))
        for trust in verifier.issuers {
            let issuer = options.issuers.first { Array($0.issuer.utf8) == trust.issuer }
            let algorithms = trust.algorithms.map(\.name).joined(separator: ", ")
            let audiences = trust.audiences.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " or ")
            lines.append(Self.row("tokens", "\(String(decoding: trust.issuer, as: UTF8.self)), \(algorithms), for \(audiences)"))
            if case .url(let url, _) = issuer?.keys { lines.append(Self.row("", "keys from \(url)")) }
        }
        if let introspection {
            lines.append(
                Self.row(
                    "tokens",
                    "\(String(decoding: introspection.questions.trust.issuer, as: UTF8.self)), asked at \(introspection.endpoint.url)"))
        }
        if let subject = options.certificateSubject {
            lines.append(Self.row("tokens", "or a client certificate, by its \(subject.rawValue) name"))
        }
        for route in routes {
            let upstream = upstreams[route.upstream].options
            lines.append(Self.row("route", "\(route.options.path) -> \(upstream.name), \(Self.policy(route.policy))"))
            lines.append(Self.row("", "clients call \(route.options.externalURL)"))
        }
        for upstream in upstreams {
            let options = upstream.options
            let sent = Self.credential(upstream.issuer.mode)
            lines.append(Self.row("upstream", "\(options.name) at \(options.url), wire \(options.wire.rawValue), \(sent)"))
        }
        if publishedKeys.count > 0 {
            lines.append(Self.row("keys", "\(Self.count(publishedKeys.count, "public key")) of its own at /.well-known/jwks.json"))
        }
        lines.append(Self.row("limits", options.redis.map { "in Redis at \($0.place)" } ?? "in the memory of each process"))
        lines.append(Self.row("redaction", "\(redaction.detectors.detectors.count) detectors and the built-in ones\(knownSecrets)"))
        lines.append(
            Self.row(
                "logs",
                "\(options.logs.level.rawValue) and above to \(options.logs.events), "
                    + "access lines to \(options.logs.access.map { "\($0)" } ?? "nowhere")"))
        lines.append(Self.row("audit", audit.map(Self.audit) ?? "off"))
        if let tracing { lines.append(Self.row("traces", "\(tracing.options.samplePercent) % of them to \(tracing.options.endpoint)")) }
        return lines
    }

    private static func audit(_ audit: LoadedAudit) -> String {
        let signed = audit.signer.map { "checkpoints signed with \($0.defaultAlgorithm.name)" } ?? "checkpoints not signed"
        return "\(audit.options.path), \(signed), when full \(audit.options.whenFull.rawValue)"
    }

    private var knownSecrets: String {
        let clear = redaction.known?.count ?? 0
        let hashes = redaction.enrolled?.count ?? 0
        if options.redaction.known.isEmpty { return "" }
        let isSlow = redaction.enrolled?.isSlow ?? false
        return ", \(clear) known values in clear, \(hashes) as hashes\(isSlow ? " (words of many lengths, which is slower)" : "")"
    }

    /// What an operator should know: `warnings`, then the advice of each policy.
    public var advice: [String] {
        var told: Set<String> = []
        var advice = warnings
        for route in routes where told.insert(route.options.policy.path).inserted {
            advice += route.policy.advice().map(\.description)
        }
        return advice
    }

    private static func row(_ name: String, _ text: String) -> String {
        "  \(name)\(String(repeating: " ", count: max(1, 11 - name.count)))\(text)"
    }

    private static func certificates(_ tls: ServerTLSOptions) -> String {
        switch tls.clientCertificates {
        case .off: ""
        case .optional: ", client certificates optional"
        case .required: ", client certificates required"
        }
    }

    private static func policy(_ policy: PolicySet) -> String {
        "policy \(policy.name) (server \(policy.server), \(Self.count(policy.ruleIDs.count, "rule")), "
            + "\(Self.count(policy.limits.count, "limit")), hash \(String(decoding: policy.hash.prefix(12), as: UTF8.self)))"
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func credential(_ mode: IssuerMode) -> String {
        switch mode {
        case .mint(let mint): "a token of its own for each caller (\(mint.algorithm.name), \(Notation.write(mint.lifetime)))"
        case .exchange: "a token exchanged for each caller's (RFC 8693)"
        case .login: "a token of Airflow's for the account that stands for the caller"
        case .basic: "name and password of the account that stands for the caller"
        case .passthrough: "THE CLIENT'S OWN TOKEN"
        case .static: "one token for everybody"
        case .none: "no token"
        }
    }
}
