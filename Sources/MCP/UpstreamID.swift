import Core

/// The id of one request on its way upstream, unique among all Louver processes: nothing is routed by what a client chose, so two callers
/// that both use id 1 on one session can never see each other's answers. It also stands in for the client's progress token.
public struct UpstreamID: Sendable, Hashable {
    /// A random number of the process and loop.
    public let instance: UInt64
    /// A count within it.
    public let serial: UInt64

    /// Makes an id.
    public init(instance: UInt64, serial: UInt64) {
        self.instance = instance
        self.serial = serial
    }

    /// The bytes of the text, without quotes.
    static let textBytes = 32

    /// Writes the JSON string.
    public func write(into out: inout ByteBuffer) {
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

    /// Whether a decoded string is this id.
    public func matches(_ text: Span<UInt8>) -> Bool {
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
