import Core

/// The W3C trace context of one exchange (Trace Context level 1): the trace it belongs to, the span that asked, and Louver's own span.
public struct TraceContext: Sendable, Equatable {
    /// The first half of the trace id; not 0 where the second is.
    public let high: UInt64
    /// The second half of the trace id.
    public let low: UInt64
    /// The caller's span; 0 where the trace begins here.
    public let parent: UInt64
    /// Louver's own span; never 0.
    public let span: UInt64
    /// Whether the spans of this trace are recorded.
    public let isSampled: Bool

    /// Begins a trace.
    public init(beginning ids: inout TraceIDs, isSampled: Bool) {
        high = ids.next()
        low = ids.next()
        parent = 0
        span = ids.next()
        self.isSampled = isSampled
    }

    /// Goes on with a caller's trace; nil when the value is no `traceparent`, which is then as good as none.
    ///
    /// A version above 00 is read as 00 and may be longer; ids of zeros, upper case and version ff are refused, as the standard says.
    public init?(continuing value: Span<UInt8>, _ ids: inout TraceIDs) {
        guard value.count >= 55, value[2] == Self.dash, value[35] == Self.dash, value[52] == Self.dash,
            let version = Self.hex(value, 0..<2), version != 0xFF,
            version == 0 ? value.count == 55 : value.count == 55 || value[55] == Self.dash,
            let high = Self.hex(value, 3..<19), let low = Self.hex(value, 19..<35), high | low != 0,
            let parent = Self.hex(value, 36..<52), parent != 0, let flags = Self.hex(value, 53..<55)
        else { return nil }
        self.high = high
        self.low = low
        self.parent = parent
        span = ids.next()
        isSampled = flags & 1 == 1
    }

    /// The `traceparent` that goes upstream, whose parent is Louver's span.
    public var traceparent: [UInt8] {
        var out = Array("00-".utf8)
        out.reserveCapacity(55)
        out += traceID
        out.append(Self.dash)
        Self.append(span, to: &out)
        out += Array((isSampled ? "-01" : "-00").utf8)
        return out
    }

    /// The trace id in 32 hexadecimal digits.
    public var traceID: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(32)
        Self.append(high, to: &out)
        Self.append(low, to: &out)
        return out
    }

    /// A span id in 16 hexadecimal digits.
    static func text(_ span: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        append(span, to: &out)
        return out
    }

    private static let dash = UInt8(ascii: "-")

    private static func append(_ value: UInt64, to out: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15)) }
    }

    /// Lower-case digits only, as the standard has them.
    private static func hex(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for at in range {
            guard let digit = Hex.value(of: text[at]), text[at] < UInt8(ascii: "A") || text[at] > UInt8(ascii: "F") else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }
}
