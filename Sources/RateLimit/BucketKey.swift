import Core

/// The name of one bucket: a hash of its rule and of the values of its key parts. Nobody can read a principal out of it.
struct BucketKey: Hashable, Sendable, BitwiseCopyable {
    var low: UInt64
    var high: UInt64

    /// Appends 32 hexadecimal digits.
    func appendHex(to out: inout [UInt8]) {
        Self.appendHex(low, to: &out)
        Self.appendHex(high, to: &out)
    }

    static func appendHex(_ word: UInt64, to out: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(word >> UInt64(shift) & 15))) }
    }
}
