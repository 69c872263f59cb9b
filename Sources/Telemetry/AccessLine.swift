import Core

/// What one exchange leaves in the access log, beside its `ExchangeWords`. Written once at the end; empty fields are left out.
///
/// Names come from the client and are escaped and cut; arguments, results and tokens never stand here.
public struct AccessLine: Sendable {
    /// When the exchange ended.
    public var time: WallTime
    /// Louver's own id of the exchange.
    public var id: UInt64 = 0
    /// Values redacted in the reply.
    public var redactions = 0
    /// Findings that passed by an entry of `allow`.
    public var allowed = 0
    /// The reissue mode, where it is one that must not go unseen.
    public var reissue: StaticString = ""
    /// Nanoseconds of the whole exchange.
    public var total: UInt64 = 0
    /// The time of each phase, where it was measured.
    public var phases: PhaseTimes?

    /// Begins a line.
    public init(time: WallTime) { self.time = time }

    /// Writes the line with its newline; see `AccessLog.append`.
    func write(
        principal: Span<UInt8>, client: Span<UInt8>, peer: Span<UInt8>, words: Span<UInt8>, _ clock: inout TimeText,
        into out: inout ByteBuffer
    ) {
        let longest = Limits.accessFieldBytesMax
        out.append("{\"time\":\"")
        clock.write(time, into: &out)
        out.append("\",\"id\":\"")
        JSONLine.hexadecimal(id, into: &out)
        out.append(UInt8(ascii: "\""))
        if principal.count >= 8 {
            out.append(",\"principal\":\"")
            let shown = principal.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
            JSONLine.hexadecimal(shown, into: &out)
            out.append(UInt8(ascii: "\""))
        }
        JSONLine.member(",\"client\":", client, longest: longest, into: &out)
        JSONLine.member(",\"peer\":", peer, longest: longest, into: &out)
        out.append(words)
        JSONLine.member(",\"reissue\":", word: reissue, into: &out)
        JSONLine.member(",\"redactions\":", number: redactions, into: &out)
        JSONLine.member(",\"allowed\":", number: allowed, into: &out)
        out.append(",\"us\":{\"total\":")
        JSONLine.microseconds(total, into: &out)
        if let phases {
            for phase in Phase.allCases where phases[phase] > 0 {
                out.append(Self.key(of: phase))
                JSONLine.microseconds(phases[phase], into: &out)
            }
        }
        out.append("}}\n")
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
}
