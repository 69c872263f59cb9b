import Core

/// Writes times as RFC 3339 text and remembers the last millisecond, so that most lines cost a copy.
public struct TimeText: Sendable {
    /// When the millisecond of `text` began.
    private var begin = Int64.min
    private var text = InlineArray<24, UInt8>(repeating: 0)

    /// The bytes of a time.
    public static let count = 24

    /// Remembers nothing yet.
    public init() {}

    /// Appends the 24 bytes of a time in UTC with milliseconds.
    public mutating func write(_ time: WallTime, into out: inout ByteBuffer) {
        LinePen.write(atMost: Self.count, into: &out) { write(time, into: &$0) }
    }

    /// The same with a pen.
    public mutating func write(_ time: WallTime, into pen: inout LinePen) {
        if UInt64(bitPattern: time.nanoseconds &- begin) >= 1_000_000 { renew(time) }
        pen.put(text.span)
    }

    @inline(never)
    private mutating func renew(_ time: WallTime) {
        let written = time.rfc3339()
        for at in 0..<Self.count { text[at] = written[at] }
        let second = time.seconds
        let millisecond = (time.nanoseconds - second * 1_000_000_000) / 1_000_000
        begin = second * 1_000_000_000 + millisecond * 1_000_000
    }
}
