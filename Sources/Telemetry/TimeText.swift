import Core

/// Writes times as RFC 3339 text and remembers the last second, so that most lines cost a copy and three digits.
public struct TimeText: Sendable {
    private var second = Int64.min
    /// `2026-11-21T07:24:44` of `second`.
    private var prefix: [UInt8] = []

    /// Remembers nothing yet.
    public init() {}

    /// Appends the 24 bytes of a time in UTC with milliseconds.
    public mutating func write(_ time: WallTime, into out: inout ByteBuffer) {
        if time.seconds != second {
            prefix = Array(time.rfc3339().prefix(19))
            second = time.seconds
        }
        out.append(prefix)
        let milliseconds = (time.nanoseconds - second * 1_000_000_000) / 1_000_000
        out.append(UInt8(ascii: "."))
        out.append(UInt8(ascii: "0") + UInt8(milliseconds / 100))
        out.append(UInt8(ascii: "0") + UInt8(milliseconds / 10 % 10))
        out.append(UInt8(ascii: "0") + UInt8(milliseconds % 10))
        out.append(UInt8(ascii: "Z"))
    }
}
