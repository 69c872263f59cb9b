/// 28 bits that two equal keys have in common and two others seldom: enough to spare almost every comparison of bytes.
enum KeySignature {
    /// The signature of a decoded key: made from its length, its first and its last bytes.
    @inline(__always)
    static func of(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let count = key.count
        guard let start = key.baseAddress, count > 0 else { return 0 }
        let word: UInt64
        if count >= 4 {
            let raw = UnsafeRawPointer(start)
            let first = raw.loadUnaligned(as: UInt32.self)
            let last = raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            word = UInt64(first) << 32 | UInt64(last)
        } else {
            word = UInt64(start[0]) << 16 | UInt64(start[count &>> 1]) << 8 | UInt64(start[count &- 1])
        }
        let mixed = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 36)
    }
}
