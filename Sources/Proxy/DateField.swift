import Core

/// The `Date` field of answers, written once a second (RFC 9110 section 6.6.1).
struct DateField {
    private var second: Int64 = -1
    private var line: [UInt8] = []

    private static let days: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months: [StaticString] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The whole line with CRLF.
    mutating func line(_ now: WallTime) -> [UInt8] {
        if now.seconds != second {
            second = now.seconds
            line = Self.format(now)
        }
        return line
    }

    private static func format(_ now: WallTime) -> [UInt8] {
        // yyyy-mm-ddThh:mm:ss in fixed places.
        let iso = now.rfc3339()
        let month = Int(iso[5] - 0x30) * 10 + Int(iso[6] - 0x30)
        let day = Int((now.seconds / 86_400) % 7)
        var out = ByteBuffer(capacity: 48)
        out.append("Date: ")
        out.append(days[day])
        out.append(", ")
        out.append(iso[8..<10])
        out.append(" ")
        out.append(months[month - 1])
        out.append(" ")
        out.append(iso[0..<4])
        out.append(" ")
        out.append(iso[11..<19])
        out.append(" GMT\r\n")
        return out.takeAll()
    }
}
