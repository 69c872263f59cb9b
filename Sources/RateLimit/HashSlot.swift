/// Where a key lies in a Redis Cluster: CRC-16 (XMODEM) of its hash tag, modulo 16,384 (Redis Cluster specification).
public enum HashSlot {
    /// How many slots there are.
    public static let count = 16_384

    /// The slot of a key.
    public static func of(_ key: Span<UInt8>) -> Int {
        var from = 0
        var to = key.count
        if let open = first(UInt8(ascii: "{"), in: key, from: 0), let close = first(UInt8(ascii: "}"), in: key, from: open + 1),
            close > open + 1
        {
            (from, to) = (open + 1, close)
        }
        var crc: UInt16 = 0
        for at in from..<to {
            crc ^= UInt16(key[at]) << 8
            for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        }
        return Int(crc) % count
    }

    private static func first(_ byte: UInt8, in key: Span<UInt8>, from: Int) -> Int? {
        for at in from..<key.count where key[at] == byte { return at }
        return nil
    }
}
