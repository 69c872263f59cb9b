import Core

/// The id of one request on its way upstream. On the wire with sessions it is unique among all Louver processes: nothing is routed by what
/// a client chose, so two callers that both use id 1 on one session can never see each other's answers. It also stands in for the client's
/// progress token.
public struct UpstreamID: Sendable, Hashable {
    /// A random number of the process and loop.
    public let instance: UInt64
    /// A count within it.
    public let serial: UInt64

    /// The client's own id, where that goes on; nil for one of Louver's.
    private let passed: RequestID?

    /// Makes an id of Louver's own.
    public init(instance: UInt64, serial: UInt64) {
        self.instance = instance
        self.serial = serial
        passed = nil
    }

    /// Lets a client's id go on. Only on the modern wire, where every request has a reply of its own and nothing is routed by ids
    /// (2026-07-28 basic/transports/streamable-http). Nil unless the id is an integer or a string that has one spelling only, so that what
    /// comes back can be compared byte for byte.
    public init?(passing id: RequestID) {
        guard
            id.text[0] != UInt8(ascii: "\"")
                || id.text.dropFirst().dropLast().allSatisfy({ ASCII.isAlphanumeric($0) || "-_.:".utf8.contains($0) })
        else { return nil }
        instance = 0
        serial = 0
        passed = id
    }

    /// The bytes of the text, without quotes.
    static let textBytes = 32

    /// Writes the JSON value.
    public func write(into out: inout ByteBuffer) {
        if let passed { return passed.write(into: &out) }
        out.append(UInt8(ascii: "\""))
        writeText(into: &out)
        out.append(UInt8(ascii: "\""))
    }

    /// Writes the text without quotes: 32 hexadecimal digits.
    public func writeText(into out: inout ByteBuffer) {
        _ = out.write(atMost: Self.textBytes) { room in
            for digit in 0..<16 {
                let shift = UInt64(60 - 4 * digit)
                room[digit] = Hex.digit(UInt8(instance >> shift & 15))
                room[digit + 16] = Hex.digit(UInt8(serial >> shift & 15))
            }
            return Self.textBytes
        }
    }

    /// Whether a number as written is this id.
    public func matches(number text: Span<UInt8>) -> Bool {
        guard let passed, passed.text.count == text.count else { return false }
        for at in 0..<text.count where passed.text[at] != text[at] { return false }
        return true
    }

    /// Whether a decoded string is this id.
    public func matches(_ text: Span<UInt8>) -> Bool {
        if let passed {
            guard passed.text.count == text.count + 2, passed.text[0] == UInt8(ascii: "\"") else { return false }
            for at in 0..<text.count where passed.text[at + 1] != text[at] { return false }
            return true
        }
        guard text.count == Self.textBytes else { return false }
        for digit in 0..<16 {
            let shift = UInt64(60 - 4 * digit)
            guard text[digit] == Hex.digit(UInt8(instance >> shift & 15)), text[digit + 16] == Hex.digit(UInt8(serial >> shift & 15)) else {
                return false
            }
        }
        return true
    }
}

/// Gives out upstream ids for one loop.
public struct UpstreamIDSource: Sendable {
    private let instance: UInt64
    private var serial: UInt64 = 0

    /// Starts a source; `instance` is 64 random bits of its own for each process and loop.
    public init(instance: UInt64) { self.instance = instance }

    /// The next id.
    public mutating func next() -> UpstreamID {
        serial &+= 1
        return UpstreamID(instance: instance, serial: serial)
    }
}
