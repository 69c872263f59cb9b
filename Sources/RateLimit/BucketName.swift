import Core

/// What a bucket is called in a shared store: whose it is, which limit's, and the rest of what tells it from others.
///
/// Written `louver:{<owner>}:<limit>:<rest>`, each 16 hexadecimal digits. The owner of a principal's buckets is the beginning of its
/// stable digest, which access lines show too; a bucket that many share has an owner of its own. Braces make the owner the hash tag of a
/// cluster: a principal's buckets lie in one slot, and principals spread. No part of it is a name, a token or anything else that came
/// with a call.
public struct BucketName: Hashable, Sendable, BitwiseCopyable {
    /// Whose it is.
    public let owner: UInt64
    /// Which limit's: changes with the limit's rate or burst.
    public let limit: UInt64
    /// The rest.
    public let rest: UInt64

    /// How many bytes it has when it is written.
    public static let length = 8 + 16 + 2 + 16 + 1 + 16

    /// What stands in front of every name.
    public static let prefix: StaticString = "louver:{"

    /// How what lies under a name is written, in every name: with another form come other names, so that none is read for another.
    static let form: UInt64 = 2

    init(owner: UInt64, limit: UInt64, rest: UInt64) {
        self.owner = owner
        self.limit = limit
        self.rest = rest
    }

    /// Reads a name; nil for anything that `write` does not write.
    public init?(_ text: Span<UInt8>) {
        guard text.count == Self.length, text[24] == UInt8(ascii: "}"), text[25] == UInt8(ascii: ":"), text[42] == UInt8(ascii: ":"),
            Self.prefix.withUTF8Buffer({ prefix in prefix.indices.allSatisfy { text[$0] == prefix[$0] } }),
            let owner = Self.number(text, 8), let limit = Self.number(text, 26), let rest = Self.number(text, 43)
        else { return nil }
        self.init(owner: owner, limit: limit, rest: rest)
    }

    /// The owner of a principal's buckets: the first eight bytes of its stable digest.
    public static func owner(_ principal: Span<UInt8>) -> UInt64 {
        var out: UInt64 = 0
        for at in 0..<min(8, principal.count) { out = out << 8 | UInt64(principal[at]) }
        return out
    }

    /// Appends the name.
    public func write(into out: inout ByteBuffer) {
        out.append(Self.prefix)
        Self.write(owner, into: &out)
        out.append("}:")
        Self.write(limit, into: &out)
        out.append(UInt8(ascii: ":"))
        Self.write(rest, into: &out)
    }

    /// Appends sixteen hexadecimal digits.
    public static func write(_ word: UInt64, into out: inout ByteBuffer) {
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15)) }
    }

    /// Where it lies in a cluster.
    public var slot: Int {
        var digits = ByteBuffer(capacity: 16)
        Self.write(owner, into: &digits)
        return HashSlot.of(digits.readable)
    }

    private static func number(_ text: Span<UInt8>, _ start: Int) -> UInt64? {
        var out: UInt64 = 0
        for at in start..<start + 16 {
            guard let digit = Hex.value(of: text[at]) else { return nil }
            out = out << 4 | UInt64(digit)
        }
        return out
    }
}
