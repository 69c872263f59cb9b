import TestSupport

/// Alphabets and values that cases are made of.
public enum Letters {
    /// Small letters.
    public static let lower = "abcdefghijklmnopqrstuvwxyz"
    /// Capital letters.
    public static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    /// Decimal digits.
    public static let digits = "0123456789"
    /// Hexadecimal digits.
    public static let hex = "0123456789abcdef"
    /// Letters and digits.
    public static let base62 = lower + upper + digits
    /// The base64 alphabet.
    public static let base64 = base62 + "+/"
    /// The base64url alphabet.
    public static let url = base62 + "-_"
}

extension SeededGenerator {
    /// One of the values.
    public mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &self)] }

    /// A number of that range as text.
    public mutating func number(_ range: ClosedRange<Int>) -> String { String(Int.random(in: range, using: &self)) }

    /// Digits, padded to a width.
    public mutating func digits(_ count: Int) -> String { text(count, from: Letters.digits) }

    /// Lower-case hexadecimal digits.
    public mutating func hex(_ count: Int) -> String { text(count, from: Letters.hex) }

    /// A random UUID.
    public mutating func uuid() -> String { "\(hex(8))-\(hex(4))-4\(hex(3))-\(pick(["8", "9", "a", "b"]))\(hex(3))-\(hex(12))" }

    /// A value of mixed letters with at least a capital, a small letter and a digit.
    public mutating func token(_ count: Int, from letters: String = Letters.base62) -> String {
        while true {
            let value = text(count, from: letters)
            let hasAll = value.contains { $0.isUppercase } && value.contains { $0.isLowercase } && value.contains { $0.isNumber }
            if hasAll || count < 6 || !letters.contains("A") { return value }
        }
    }

    /// A password a person would choose: words, digits, signs.
    public mutating func password() -> String {
        let word = pick([
            "dragon", "sunshine", "monkey", "winter", "Castle", "pepper", "Falcon", "purple", "Summer", "harbor", "Rocket", "tiger",
        ])
        let other = pick(["river", "stone", "cloud", "green", "Maple", "ocean", "north"])
        switch Int.random(in: 0..<6, using: &self) {
        case 0: return word + digits(3) + pick(["!", "#", "$", "?"])
        case 1: return word + pick(["-", "_", "."]) + other + pick(["-", "_"]) + digits(3)
        case 2: return pick(["P@ss", "Pa$$", "S3cr"]) + word + digits(2)
        case 3: return word.uppercased() + digits(4)
        case 4: return other + digits(2) + pick(["%", "!", "*"]) + word
        default: return token(Int.random(in: 10...14, using: &self))
        }
    }

    /// A time stamp as Airflow writes it.
    public mutating func stamp() -> String {
        "2026-11-\(number(10...28))T\(number(10...23)):\(number(10...59)):\(number(10...59)).\(number(100...999))+0000"
    }

    /// The name of a DAG or task.
    public mutating func name() -> String {
        let words = [
            "extract", "load", "orders", "daily", "hourly", "sync", "export", "finance", "snapshot", "report", "metrics", "events", "users",
            "payments", "sessions", "inventory", "shipping", "quality", "validate", "cleanup", "archive", "backfill", "train", "predict",
        ]
        return pick(words) + "_" + pick(words)
    }
}
