import Core
import Telemetry

/// One decision, as the audit log tells it beside its `ExchangeWords`. What is empty, 0 or nil is left out.
///
/// Names come from tokens, loaded files and requests; they are cut and escaped. Tokens, results, and arguments that the operator did not
/// choose never stand here.
///
/// Not copyable: it is written once, and a copy would count every reference in it.
public struct AuditRecord: ~Copyable, Sendable {
    /// When the decision was made.
    public var time: WallTime
    /// Louver's own id of the exchange, which the access line carries too.
    public var id: UInt64 = 0
    /// What was decided.
    public var decision = AuditDecision.refuse
    /// Where a connection came from whose caller is not known.
    public var peer: [UInt8] = []
    /// `tool`, `prompt` or `resource`.
    public var kind: StaticString = ""
    /// The keyed digest of the arguments; see `AuditLog.digest`.
    public var argumentDigest: Digest?
    /// The bucket that was empty.
    public var bucket: [UInt8] = []
    /// How the upstream credential was made.
    public var reissue: StaticString = ""
    /// What was removed from the reply, by kind.
    public var redactions: [(kind: String, count: Int)] = []
    /// What passed by an entry of `allow`, by detector.
    public var allowed: [(detector: String, count: Int)] = []
    /// Nanoseconds of the whole exchange.
    public var total: UInt64 = 0

    /// A digest of 16 bytes.
    public struct Digest: Sendable {
        let high: UInt64
        let low: UInt64

        /// Makes a digest of its two halves.
        init(_ halves: (UInt64, UInt64)) { (high, low) = halves }
    }

    /// Begins a record.
    public init(time: WallTime) { self.time = time }

    /// The members that say where: the route, its policy, and the SHA-256 of that in hexadecimal. Put together once for each route.
    public static func place(route: [UInt8], policy: [UInt8], hash: [UInt8]) -> [UInt8] {
        var out = ByteBuffer()
        JSONLine.member(",\"route\":", route.span, longest: Limits.auditFieldBytesMax, into: &out)
        JSONLine.member(",\"policy\":", policy.span, longest: Limits.auditFieldBytesMax, into: &out)
        JSONLine.member(",\"policy_hash\":", hash.span, longest: Limits.auditFieldBytesMax, into: &out)
        return out.takeAll()
    }

    /// Writes the members of the line, without the braces and without what the chain adds, and a newline.
    ///
    /// - Parameters:
    ///   - principal: who called, as members of the line: see `AuditNames.principal`.
    ///   - place: the route and its policy, as members of the line: see `place`.
    ///   - words: what `ExchangeWords` wrote.
    ///   - arguments: writes the arguments the operator chose, each with `argument`.
    func write(
        principal: [UInt8], place: [UInt8], words: Span<UInt8>, _ clock: inout TimeText, into out: inout ByteBuffer,
        arguments: (inout ByteBuffer) -> Void
    ) {
        out.append("\"time\":\"")
        clock.write(time, into: &out)
        out.append("\",\"id\":\"")
        JSONLine.hexadecimal(id, into: &out)
        out.append(decision.member)
        if !principal.isEmpty {
            out.append(UInt8(ascii: ","))
            out.append(principal)
        }
        JSONLine.member(",\"peer\":", peer.span, longest: Limits.auditFieldBytesMax, into: &out)
        out.append(place)
        out.append(words)
        JSONLine.member(",\"kind\":", word: kind, into: &out)
        if let argumentDigest {
            out.append(",\"arguments_digest\":\"")
            JSONLine.hexadecimal(argumentDigest.high, into: &out)
            JSONLine.hexadecimal(argumentDigest.low, into: &out)
            out.append(UInt8(ascii: "\""))
        }
        writeArguments(into: &out, arguments)
        JSONLine.member(",\"bucket\":", bucket.span, longest: Limits.auditFieldBytesMax, into: &out)
        JSONLine.member(",\"reissue\":", word: reissue, into: &out)
        if !redactions.isEmpty { counts(",\"redactions\":{", redactions.map { ($0.kind, $0.count) }, into: &out) }
        if !allowed.isEmpty { counts(",\"allowed\":{", allowed.map { ($0.detector, $0.count) }, into: &out) }
        out.append(",\"us\":")
        JSONLine.microseconds(total, into: &out)
        out.append(UInt8(ascii: "\n"))
    }

    private func writeArguments(into out: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void) {
        let key: StaticString = ",\"arguments\":{"
        out.append(key)
        let before = out.readableCount
        write(&out)
        if out.readableCount == before { out.truncate(by: key.utf8CodeUnitCount) } else { out.append(UInt8(ascii: "}")) }
    }

    /// Writes an argument that is a text, scrubbed.
    public static func argument(_ name: [UInt8], text: [UInt8], into out: inout ByteBuffer) {
        begin(name, into: &out)
        JSONLine.string(text.span, longest: Limits.auditFieldBytesMax, into: &out)
    }

    /// Writes an argument that is a number, true or false, as it came.
    public static func argument(_ name: [UInt8], plain: Span<UInt8>, into out: inout ByteBuffer) {
        begin(name, into: &out)
        out.append(plain)
    }

    private static func begin(_ name: [UInt8], into out: inout ByteBuffer) {
        if out.readable[out.readableCount - 1] != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
        JSONLine.string(name.span, longest: Limits.auditFieldBytesMax, into: &out)
        out.append(UInt8(ascii: ":"))
    }

    private func counts(_ key: StaticString, _ counts: [(name: String, count: Int)], into out: inout ByteBuffer) {
        out.append(key)
        for (at, entry) in counts.enumerated() {
            if at > 0 { out.append(",") }
            JSONLine.string([UInt8](entry.name.utf8).span, into: &out)
            out.append(":")
            out.append(decimal: entry.count)
        }
        out.append("}")
    }
}

extension AuditDecision {
    /// The member of a line, after the quotation mark that ends the one before.
    var member: StaticString {
        switch self {
        case .allow: "\",\"decision\":\"allow\""
        case .deny: "\",\"decision\":\"deny\""
        case .limit: "\",\"decision\":\"limit\""
        case .refuse: "\",\"decision\":\"refuse\""
        case .fail: "\",\"decision\":\"fail\""
        }
    }
}
