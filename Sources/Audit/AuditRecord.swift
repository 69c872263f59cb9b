import Core
import Telemetry

/// One decision, as the audit log tells it. What is empty, 0 or nil is left out.
///
/// Names come from tokens, loaded files and requests; they are cut and escaped. Tokens, results, and arguments that the operator did not
/// choose never stand here.
public struct AuditRecord: Sendable {
    /// When the decision was made.
    public var time: WallTime
    /// Louver's own id of the exchange, which the access line carries too.
    public var id: UInt64 = 0
    /// What was decided.
    public var decision = AuditDecision.refuse
    /// How the exchange ended.
    public var outcome = Outcome.failed
    /// Who called, as members of the line: see `AuditNames.principal`.
    public var principal: [UInt8] = []
    /// Where a connection came from whose caller is not known.
    public var peer: [UInt8] = []
    /// The route.
    public var route: [UInt8] = []
    /// The policy's name.
    public var policy: [UInt8] = []
    /// SHA-256 of the policy, in hexadecimal.
    public var policyHash: [UInt8] = []
    /// The rule that decided.
    public var rule: [UInt8] = []
    /// Policy rules that matched and only count.
    public var shadows: [[UInt8]] = []
    /// The stable reason of a refusal or failure.
    public var reason: StaticString = ""
    /// `modern` or `legacy`.
    public var era: StaticString = ""
    /// The JSON-RPC method, or the HTTP method of a stream.
    public var method: StaticString = ""
    /// `tool`, `prompt` or `resource`.
    public var kind: StaticString = ""
    /// The tool, prompt or resource.
    public var object: [UInt8] = []
    /// The keyed digest of the arguments; see `AuditNames.digest`.
    public var argumentDigest: [UInt8] = []
    /// The arguments the operator chose.
    public var arguments: [(name: [UInt8], value: Argument)] = []
    /// The bucket that was empty.
    public var bucket: [UInt8] = []
    /// `lost` where the call was decided without the shared store of limits.
    public var limitStore: StaticString = ""
    /// How the upstream credential was made.
    public var reissue: StaticString = ""
    /// What was removed from the reply, by kind.
    public var redactions: [(kind: String, count: Int)] = []
    /// What passed by an entry of `allow`, by detector.
    public var allowed: [(detector: String, count: Int)] = []
    /// The HTTP status sent to the client.
    public var status = 0
    /// The HTTP status the upstream sent.
    public var upstreamStatus = 0
    /// Bytes of the request.
    public var bytesIn = 0
    /// Bytes of the reply.
    public var bytesOut = 0
    /// The W3C trace id, 32 hexadecimal digits.
    public var trace: [UInt8] = []
    /// Nanoseconds of the whole exchange.
    public var total: UInt64 = 0

    /// The value of an argument.
    public enum Argument: Sendable {
        /// A string, scrubbed.
        case text([UInt8])
        /// A number, true or false, as written.
        case plain([UInt8])
    }

    /// Begins a record.
    public init(time: WallTime) { self.time = time }

    /// Writes the members of the line, without the braces and without what the chain adds, and a newline.
    public func write(_ clock: inout TimeText, into out: inout ByteBuffer) {
        out.append("\"time\":\"")
        clock.write(time, into: &out)
        out.append("\",\"id\":\"")
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(truncatingIfNeeded: id >> UInt64(shift)) & 15)) }
        out.append("\",\"decision\":\"")
        out.append(decision.word)
        out.append("\",\"outcome\":\"")
        out.append(outcome.label)
        out.append("\"")
        if !principal.isEmpty {
            out.append(",")
            out.append(principal)
        }
        text(",\"peer\":", peer, into: &out)
        text(",\"route\":", route, into: &out)
        text(",\"policy\":", policy, into: &out)
        text(",\"policy_hash\":", policyHash, into: &out)
        text(",\"rule\":", rule, into: &out)
        writeShadows(into: &out)
        word(",\"reason\":\"", reason, into: &out)
        word(",\"era\":\"", era, into: &out)
        word(",\"method\":\"", method, into: &out)
        word(",\"kind\":\"", kind, into: &out)
        text(",\"object\":", object, into: &out)
        writeArguments(into: &out)
        text(",\"bucket\":", bucket, into: &out)
        word(",\"limit_store\":\"", limitStore, into: &out)
        word(",\"reissue\":\"", reissue, into: &out)
        number(",\"status\":", status, into: &out)
        number(",\"upstream_status\":", upstreamStatus, into: &out)
        number(",\"bytes_in\":", bytesIn, into: &out)
        number(",\"bytes_out\":", bytesOut, into: &out)
        counts(",\"redactions\":{", redactions.map { ($0.kind, $0.count) }, into: &out)
        counts(",\"allowed\":{", allowed.map { ($0.detector, $0.count) }, into: &out)
        text(",\"trace\":", trace, into: &out)
        out.append(",\"us\":")
        JSONLine.microseconds(total, into: &out)
        out.append("\n")
    }

    private func writeArguments(into out: inout ByteBuffer) {
        text(",\"arguments_digest\":", argumentDigest, into: &out)
        if arguments.isEmpty { return }
        out.append(",\"arguments\":{")
        for (at, argument) in arguments.enumerated() {
            if at > 0 { out.append(",") }
            JSONLine.string(argument.name.span, longest: Limits.auditFieldBytesMax, into: &out)
            out.append(":")
            switch argument.value {
            case .text(let text): JSONLine.string(text.span, longest: Limits.auditFieldBytesMax, into: &out)
            case .plain(let number): out.append(number)
            }
        }
        out.append("}")
    }

    private func writeShadows(into out: inout ByteBuffer) {
        if shadows.isEmpty { return }
        out.append(",\"shadows\":[")
        for (at, rule) in shadows.prefix(Limits.accessListMax).enumerated() {
            if at > 0 { out.append(",") }
            JSONLine.string(rule.span, longest: Limits.auditFieldBytesMax, into: &out)
        }
        out.append("]")
    }

    private func counts(_ key: StaticString, _ counts: [(name: String, count: Int)], into out: inout ByteBuffer) {
        if counts.isEmpty { return }
        out.append(key)
        for (at, entry) in counts.enumerated() {
            if at > 0 { out.append(",") }
            JSONLine.string([UInt8](entry.name.utf8).span, into: &out)
            out.append(":")
            out.append(decimal: entry.count)
        }
        out.append("}")
    }

    private func text(_ key: StaticString, _ value: [UInt8], into out: inout ByteBuffer) {
        if value.isEmpty { return }
        out.append(key)
        JSONLine.string(value.span, longest: Limits.auditFieldBytesMax, into: &out)
    }

    private func word(_ key: StaticString, _ value: StaticString, into out: inout ByteBuffer) {
        if value.utf8CodeUnitCount == 0 { return }
        out.append(key)
        out.append(value)
        out.append("\"")
    }

    private func number(_ key: StaticString, _ value: Int, into out: inout ByteBuffer) {
        if value <= 0 { return }
        out.append(key)
        out.append(decimal: value)
    }
}

extension AuditDecision {
    /// The word in a line.
    var word: StaticString {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .limit: "limit"
        case .refuse: "refuse"
        case .fail: "fail"
        }
    }
}
