import Core

/// The name of one bucket in memory: a hash of its rule and of the values of its key parts. Nobody can read a principal out of it.
struct BucketKey: Hashable, Sendable, BitwiseCopyable {
    var low: UInt64
    var high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The name in short: half of what says whose it is, then half of what says which rule's, so that both can be asked for.
    init(_ name: BucketName) {
        low = name.rest
        high = name.owner & 0xFFFF_FFFF_0000_0000 | name.limit & 0xFFFF_FFFF
    }

    /// Whether it is a bucket of a rule.
    func isOf(_ rule: borrowing BucketRule) -> Bool { high & 0xFFFF_FFFF == rule.mark & 0xFFFF_FFFF }

    /// Whether it is a bucket of an owner, as far as it tells.
    func isOf(owner: UInt64) -> Bool { high >> 32 == owner >> 32 }

    /// What it tells of its owner.
    var owner: UInt64 { high & 0xFFFF_FFFF_0000_0000 }

    /// Appends 32 hexadecimal digits.
    func appendHex(to out: inout [UInt8]) {
        Self.appendHex(low, to: &out)
        Self.appendHex(high, to: &out)
    }

    static func appendHex(_ word: UInt64, to out: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) { out.append(Hex.digit(UInt8(word >> UInt64(shift) & 15))) }
    }
}
