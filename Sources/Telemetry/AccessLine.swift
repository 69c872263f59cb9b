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
        let texts = LinePen.room(for: client, longest: longest) + LinePen.room(for: peer, longest: longest) + words.count
        LinePen.write(atMost: Self.fixedRoom + reissue.utf8CodeUnitCount + texts, into: &out) { pen in
            pen.put("{\"time\":\"")
            clock.write(time, into: &pen)
            pen.put("\",\"id\":\"")
            pen.hexadecimal(id)
            if principal.count >= 8 {
                pen.put("\",\"principal\":\"")
                pen.hexadecimal(principal.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
            }
            pen.put("\"")
            pen.member(",\"client\":", client, longest: longest)
            pen.member(",\"peer\":", peer, longest: longest)
            pen.put(words)
            pen.member(",\"reissue\":", word: reissue)
            pen.member(",\"redactions\":", number: redactions)
            pen.member(",\"allowed\":", number: allowed)
            pen.put(",\"us\":{\"total\":")
            pen.microseconds(total)
            if let phases {
                for phase in Phase.allCases where phases[phase] > 0 {
                    pen.put(Self.key(of: phase))
                    pen.microseconds(phases[phase])
                }
            }
            pen.put("}}\n")
        }
    }

    /// More than all keys, the time, the id, the digest and every number take: 600 bytes.
    private static let fixedRoom = 1_024

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
