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
    /// `tool`, `prompt` or `resource`.
    public var kind: StaticString = ""
    /// The keyed digest of the arguments; see `AuditLog.digest`.
    public var argumentDigest: Digest?
    /// How the upstream credential was made.
    public var reissue: StaticString = ""
    /// What few records tell; nil where it is nothing.
    public var rarities: Rarities?
    /// Nanoseconds of the whole exchange.
    public var total: UInt64 = 0

    /// What few records tell. Apart from the others, so that the many need not carry it.
    public final class Rarities: Sendable {
        let peer: [UInt8]
        let bucket: [UInt8]
        let redactions: [(kind: String, count: Int)]
        let allowed: [(detector: String, count: Int)]

        /// - Parameters:
        ///   - peer: where a connection came from whose caller is not known.
        ///   - bucket: the bucket that was empty.
        ///   - redactions: what was removed from the reply, by kind.
        ///   - allowed: what passed by an entry of `allow`, by detector.
        public init(
            peer: [UInt8] = [], bucket: [UInt8] = [], redactions: [(kind: String, count: Int)] = [],
            allowed: [(detector: String, count: Int)] = []
        ) {
            self.peer = peer
            self.bucket = bucket
            self.redactions = redactions
            self.allowed = allowed
        }
    }

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
        let longest = Limits.auditFieldBytesMax
        let peer = rarities?.peer ?? []
        let texts = principal.count + LinePen.room(for: peer.span, longest: longest) + place.count + words.count
        LinePen.write(atMost: Self.fixedRoom + texts + kind.utf8CodeUnitCount, into: &out) { pen in
            pen.put("\"time\":\"")
            clock.write(time, into: &pen)
            pen.put("\",\"id\":\"")
            pen.hexadecimal(id)
            pen.put(decision.member)
            if !principal.isEmpty {
                pen.put(",")
                pen.put(principal.span)
            }
            pen.member(",\"peer\":", peer.span, longest: longest)
            pen.put(place.span)
            pen.put(words)
            pen.member(",\"kind\":", word: kind)
            if let argumentDigest { pen.member(",\"arguments_digest\":", hexadecimal: argumentDigest.high, argumentDigest.low) }
        }
        writeArguments(into: &out, arguments)
        if let bucket = rarities?.bucket { JSONLine.member(",\"bucket\":", bucket.span, longest: longest, into: &out) }
        LinePen.write(atMost: Self.fixedRoom + reissue.utf8CodeUnitCount, into: &out) { $0.member(",\"reissue\":", word: reissue) }
        if let rarities {
            if !rarities.redactions.isEmpty { counts(",\"redactions\":{", rarities.redactions.map { ($0.kind, $0.count) }, into: &out) }
            if !rarities.allowed.isEmpty { counts(",\"allowed\":{", rarities.allowed.map { ($0.detector, $0.count) }, into: &out) }
        }
        LinePen.write(atMost: Self.fixedRoom, into: &out) { pen in
            pen.put(",\"us\":")
            pen.microseconds(total)
            pen.put("\n")
        }
    }

    /// More than the keys, the time, the id, the digest and the number take: 180 bytes.
    private static let fixedRoom = 256

    private func writeArguments(into out: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void) {
        let key: StaticString = ",\"arguments\":{"
        out.append(key)
        let before = out.readableCount
        write(&out)
        if out.readableCount == before { out.truncate(by: key.utf8CodeUnitCount) } else { out.append(UInt8(ascii: "}")) }
    }

    /// Writes an argument that is a text, scrubbed.
    public static func argument(_ name: [UInt8], text: Span<UInt8>, into out: inout ByteBuffer) {
        begin(name, into: &out)
        JSONLine.string(text, longest: Limits.auditFieldBytesMax, into: &out)
    }

    /// Writes an argument that is a number, true or false, as it came.
    public static func argument(_ name: [UInt8], plain: Span<UInt8>, into out: inout ByteBuffer) {
        begin(name, into: &out)
        out.append(plain)
    }

    private static func begin(_ name: [UInt8], into out: inout ByteBuffer) {
        let isFirst = out.readable[out.readableCount - 1] == UInt8(ascii: "{")
        let longest = Limits.auditFieldBytesMax
        LinePen.write(atMost: LinePen.room(for: name.span, longest: longest) + 2, into: &out) { pen in
            if !isFirst { pen.put(",") }
            pen.string(name.span, longest: longest)
            pen.put(":")
        }
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
