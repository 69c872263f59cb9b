import Core

/// The date format of HTTP fields (IMF-fixdate, RFC 9110 section 5.6.7).
public enum HTTPDate {
    /// The 29 bytes for a time from year 1 to 9999, such as `Sun, 06 Nov 1994 08:49:37 GMT`. Worth keeping for a second.
    public static func format(_ time: WallTime) -> [UInt8] {
        let civil = time.rfc3339()
        let second = time.seconds
        let day = second / 86_400 - (second % 86_400 < 0 ? 1 : 0)
        // 1970-01-01 was a Thursday.
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        let month = Int(civil[5] - UInt8(ascii: "0")) * 10 + Int(civil[6] - UInt8(ascii: "0")) - 1
        var out: [UInt8] = []
        out.reserveCapacity(29)
        out.append(contentsOf: name(weekday, in: "SunMonTueWedThuFriSat"))
        out.append(contentsOf: ", ".utf8)
        out.append(contentsOf: civil[8..<10])
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: name(month, in: "JanFebMarAprMayJunJulAugSepOctNovDec"))
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: civil[0..<4])
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: civil[11..<19])
        out.append(contentsOf: " GMT".utf8)
        return out
    }

    private static func name(_ index: Int, in names: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: names.utf8Start + index * 3, count: 3)
    }
}
