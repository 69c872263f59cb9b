import Core

/// What one exchange leaves in the access log. Filled phase by phase, written once at the end; empty fields are left out.
///
/// Names come from the client and are escaped and cut; arguments, results and tokens never stand here.
///
/// Not copyable: it is written once, and a copy would count every reference in it.
public struct AccessLine: ~Copyable, Sendable {
    /// When the first byte of the request came.
    public var time: WallTime
    /// Louver's own id of the exchange.
    public var id: UInt64 = 0
    /// The principal's stable digest; its first 8 bytes are written.
    public var principal: [UInt8] = []
    /// The client program, as its token or handshake names it.
    public var client: [UInt8] = []
    /// The protocol era: `modern` or `legacy`.
    public var era: StaticString = ""
    /// The JSON-RPC method, or the HTTP method of a stream.
    public var method: StaticString = ""
    /// The tool, prompt or resource.
    public var object: [UInt8] = []
    /// How it ended.
    public var outcome: Outcome = .failed
    /// The policy rule that decided.
    public var rule: [UInt8] = []
    /// Policy rules that matched and only count.
    public var shadows: [[UInt8]] = []
    /// `lost` where the call was decided without the shared store of limits.
    public var limitStore: StaticString = ""
    /// The HTTP status sent to the client.
    public var status = 0
    /// The HTTP status the upstream sent, or 0.
    public var upstreamStatus = 0
    /// Bytes of the request.
    public var bytesIn = 0
    /// Bytes of the reply.
    public var bytesOut = 0
    /// Values redacted in the reply.
    public var redactions = 0
    /// Findings that passed by an entry of `allow`.
    public var allowed = 0
    /// The reissue mode, where it is one that must not go unseen.
    public var reissue: StaticString = ""
    /// The stable reason of a refusal or failure.
    public var reason: StaticString = ""
    /// Nanoseconds of the whole exchange.
    public var total: UInt64 = 0
    /// The W3C trace id in hexadecimal.
    public var trace: [UInt8] = []
    /// Where a connection came from whose caller is not known.
    public var peer: [UInt8] = []
    /// The time of each phase, where it was measured.
    public var phases = PhaseTimes()

    /// Begins a line.
    public init(time: WallTime) { self.time = time }

    /// Writes the line with its newline.
    func write(_ clock: inout TimeText, into out: inout ByteBuffer) {
        out.append("{\"time\":\"")
        clock.write(time, into: &out)
        out.append("\",\"id\":\"")
        Self.hex(id, into: &out)
        out.append("\"")
        if !principal.isEmpty {
            out.append(",\"principal\":\"")
            for byte in principal.prefix(8) {
                out.append(Hex.digit(byte >> 4))
                out.append(Hex.digit(byte & 15))
            }
            out.append("\"")
        }
        text(",\"client\":", client, into: &out)
        text(",\"peer\":", peer, into: &out)
        word(",\"era\":\"", era, into: &out)
        word(",\"method\":\"", method, into: &out)
        text(",\"object\":", object, into: &out)
        word(",\"outcome\":\"", outcome.label, into: &out)
        text(",\"rule\":", rule, into: &out)
        if !shadows.isEmpty { list(",\"shadows\":[", shadows, into: &out) }
        word(",\"reason\":\"", reason, into: &out)
        word(",\"reissue\":\"", reissue, into: &out)
        word(",\"limit_store\":\"", limitStore, into: &out)
        number(",\"status\":", status, into: &out)
        number(",\"upstream_status\":", upstreamStatus, into: &out)
        number(",\"bytes_in\":", bytesIn, into: &out)
        number(",\"bytes_out\":", bytesOut, into: &out)
        number(",\"redactions\":", redactions, into: &out)
        number(",\"allowed\":", allowed, into: &out)
        text(",\"trace\":", trace, into: &out)
        out.append(",\"us\":{\"total\":")
        JSONLine.microseconds(total, into: &out)
        for phase in Phase.allCases where phases[phase] > 0 {
            out.append(Self.key(of: phase))
            JSONLine.microseconds(phases[phase], into: &out)
        }
        out.append("}}\n")
    }

    // Keys come with the comma before and the colon behind: one append each.

    private func text(_ key: StaticString, _ value: [UInt8], into out: inout ByteBuffer) {
        if value.isEmpty { return }
        out.append(key)
        JSONLine.string(value.span, longest: Limits.accessFieldBytesMax, into: &out)
    }

    private func list(_ key: StaticString, _ values: [[UInt8]], into out: inout ByteBuffer) {
        out.append(key)
        for (at, value) in values.prefix(Limits.accessListMax).enumerated() {
            if at > 0 { out.append(UInt8(ascii: ",")) }
            JSONLine.string(value.span, longest: Limits.accessFieldBytesMax, into: &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private func word(_ key: StaticString, _ value: StaticString, into out: inout ByteBuffer) {
        if value.utf8CodeUnitCount == 0 { return }
        out.append(key)
        out.append(value)
        out.append(UInt8(ascii: "\""))
    }

    private func number(_ key: StaticString, _ value: Int, into out: inout ByteBuffer) {
        if value <= 0 { return }
        out.append(key)
        JSONLine.decimal(UInt64(value), into: &out)
    }

    private static func key(of phase: Phase) -> StaticString {
        switch phase {
        case .receive: ",\"receive\":"
        case .authenticate: ",\"authenticate\":"
        case .classify: ",\"classify\":"
        case .authorize: ",\"authorize\":"
        case .throttle: ",\"throttle\":"
        case .reissue: ",\"reissue\":"
        case .forward: ",\"forward\":"
        case .scrub: ",\"scrub\":"
        case .deliver: ",\"deliver\":"
        }
    }

    private static func hex(_ value: UInt64, into out: inout ByteBuffer) {
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15)) }
    }
}
