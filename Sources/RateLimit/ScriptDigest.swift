/// SHA-1 (FIPS 180-4), by which Redis names a cached script. A name, not a protection.
enum ScriptDigest {
    /// The forty hexadecimal digits that `EVALSHA` wants.
    static func hex(of script: [UInt8]) -> [UInt8] {
        var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0)
        var message = script
        message.append(0x80)
        while message.count % 64 != 56 { message.append(0) }
        let bits = UInt64(script.count) * 8
        for shift in stride(from: UInt64(56), through: 0, by: -8) { message.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        for block in stride(from: 0, to: message.count, by: 64) { compress(message[block..<block + 64], &state) }
        var out: [UInt8] = []
        for word in [state.0, state.1, state.2, state.3, state.4] { out += hexDigits(word) }
        return out
    }

    private static func hexDigits(_ word: UInt32) -> [UInt8] {
        var digits: [UInt8] = []
        BucketKey.appendHex(UInt64(word), to: &digits)
        return Array(digits.suffix(8))
    }

    private static func compress(_ block: ArraySlice<UInt8>, _ state: inout (UInt32, UInt32, UInt32, UInt32, UInt32)) {
        var words = [UInt32](repeating: 0, count: 80)
        for (index, byte) in block.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(24 - index % 4 * 8) }
        for index in 16..<80 { words[index] = left(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1) }
        var (a, b, c, d, e) = state
        for index in 0..<80 {
            let mixed: UInt32
            switch index {
            case 0..<20: mixed = (b & c | ~b & d) &+ 0x5a82_7999
            case 20..<40: mixed = (b ^ c ^ d) &+ 0x6ed9_eba1
            case 40..<60: mixed = (b & c | b & d | c & d) &+ 0x8f1b_bcdc
            default: mixed = (b ^ c ^ d) &+ 0xca62_c1d6
            }
            (a, b, c, d, e) = (left(a, 5) &+ mixed &+ e &+ words[index], a, left(b, 30), c, d)
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
    }

    private static func left(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
