import Core

/// What the access log and the audit log say of an exchange alike: written once when it ends, and copied into both lines. What is empty or
/// 0 is left out.
///
/// Names come from the client and from files; they are escaped and cut. They are handed over where they are written: held here, each would
/// be counted up and down, which costs more than writing it.
public struct ExchangeWords: Sendable {
    /// The protocol era: `modern` or `legacy`.
    public var era: StaticString = ""
    /// The JSON-RPC method, or the HTTP method of a stream.
    public var method: StaticString = ""
    /// How it ended.
    public var outcome: Outcome
    /// The stable reason of a refusal or failure.
    public var reason: StaticString = ""
    /// Whether it was decided without the shared store of limits.
    public var isStoreLost = false
    /// The HTTP status sent to the client.
    public var status = 0
    /// The HTTP status the upstream sent.
    public var upstreamStatus = 0
    /// Bytes of the request.
    public var bytesIn = 0
    /// Bytes of the reply.
    public var bytesOut = 0
    /// The W3C trace it belongs to.
    public var trace: TraceContext?

    /// Begins with how it ended.
    public init(_ outcome: Outcome) { self.outcome = outcome }

    /// Writes the members, each with a comma before it.
    ///
    /// - Parameters:
    ///   - object: the tool, prompt or resource.
    ///   - rule: the policy rule that decided.
    ///   - shadows: policy rules that matched and only count.
    public func write(object: Span<UInt8>, rule: Span<UInt8>, shadows: [[UInt8]], into out: inout ByteBuffer) {
        let longest = Limits.auditFieldBytesMax
        let words = era.utf8CodeUnitCount + method.utf8CodeUnitCount + outcome.label.utf8CodeUnitCount
        let texts = LinePen.room(for: object, longest: longest) + LinePen.room(for: rule, longest: longest)
        LinePen.write(atMost: Self.fixedRoom + words + texts, into: &out) { pen in
            pen.member(",\"era\":", word: era)
            pen.member(",\"method\":", word: method)
            pen.member(",\"object\":", object, longest: longest)
            pen.member(",\"outcome\":", word: outcome.label)
            pen.member(",\"rule\":", rule, longest: longest)
        }
        if !shadows.isEmpty { JSONLine.member(",\"shadows\":", list: shadows, atMost: Limits.accessListMax, longest: longest, into: &out) }
        LinePen.write(atMost: Self.fixedRoom + reason.utf8CodeUnitCount, into: &out) { pen in
            pen.member(",\"reason\":", word: reason)
            if isStoreLost { pen.put(",\"limit_store\":\"lost\"") }
            pen.member(",\"status\":", number: status)
            pen.member(",\"upstream_status\":", number: upstreamStatus)
            pen.member(",\"bytes_in\":", number: bytesIn)
            pen.member(",\"bytes_out\":", number: bytesOut)
            if let trace { pen.member(",\"trace\":", hexadecimal: trace.high, trace.low) }
        }
    }

    /// More than the keys and numbers of either half take: 230 bytes.
    private static let fixedRoom = 320
}
