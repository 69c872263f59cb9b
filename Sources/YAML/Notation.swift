/// How quantities are written in Louver's files: always with their unit, never with a fraction.
public enum Notation {
    /// Reads `250ms`, `5s`, `10m`, `1h` or `7d`; nil for anything else and for more than a hundred years.
    public static func duration(_ text: String) -> Duration? {
        guard let (count, unit) = split(text) else { return nil }
        let milliseconds: Int64
        switch unit {
        case "ms": milliseconds = 1
        case "s": milliseconds = 1_000
        case "m": milliseconds = 60_000
        case "h": milliseconds = 3_600_000
        case "d": milliseconds = 86_400_000
        default: return nil
        }
        let (product, over) = count.multipliedReportingOverflow(by: milliseconds)
        return over || product > 36_525 * 86_400_000 ? nil : .milliseconds(product)
    }

    /// Reads `512B`, `64KiB`, `4MiB` or `1GiB`; nil for anything else and for more than an `Int` holds.
    public static func size(_ text: String) -> Int? {
        guard let (count, unit) = split(text) else { return nil }
        let shift: Int64
        switch unit {
        case "B": shift = 0
        case "KiB": shift = 10
        case "MiB": shift = 20
        case "GiB": shift = 30
        default: return nil
        }
        let (product, over) = count.multipliedReportingOverflow(by: 1 << shift)
        return over ? nil : Int(product)
    }

    /// Reads `10/s`, `60/min`, `500/h` or `1000/day`; nil for anything else, for 0 and for more than a thousand million.
    public static func rate(_ text: String) -> YAMLRate? {
        guard let (count, unit) = split(text), (1...1_000_000_000).contains(count), let per = period(unit) else { return nil }
        return YAMLRate(count: Int(count), per: per)
    }

    /// Reads a rate of bytes, such as `10MiB/min` or `1GiB/day`; nil for anything else and for 0.
    public static func byteRate(_ text: String) -> YAMLRate? {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")), let per = period(text[slash...]),
            let count = size(String(text[..<slash])),
            count > 0
        else { return nil }
        return YAMLRate(count: count, per: per)
    }

    private static func period(_ unit: Substring) -> Duration? {
        switch unit {
        case "/s": .seconds(1)
        case "/min": .seconds(60)
        case "/h": .seconds(3_600)
        case "/day": .seconds(86_400)
        default: nil
        }
    }

    /// Writes a duration the way `duration` reads it, in the largest unit that holds it exactly.
    public static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms" }
        if seconds == 0 { return "0s" }
        for (unit, length) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60)] where seconds % length == 0 {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }

    /// Writes a size the way `size` reads it, in the largest unit that holds it exactly.
    public static func write(size: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where size > 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)B"
    }

    /// Writes a rate the way `rate` reads it.
    public static func write(_ rate: YAMLRate) -> String {
        switch rate.per {
        case .seconds(60): "\(rate.count)/min"
        case .seconds(3_600): "\(rate.count)/h"
        case .seconds(86_400): "\(rate.count)/day"
        default: "\(rate.count)/s"
        }
    }

    /// Digits and what follows them; nil without digits, with a leading zero or with more digits than 64 bits hold.
    private static func split(_ text: String) -> (count: Int64, unit: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), digits.count == 1 || digits.first != "0" else { return nil }
        return (count, text[digits.endIndex...])
    }
}
