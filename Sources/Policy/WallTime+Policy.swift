import Core

extension WallTime {
    /// Reads `2026-12-24T10:00:00Z`, the one form in which policies and the command line write a time; nil for anything else.
    public init?(policyText text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            bytes[19] == UInt8(ascii: "Z"), let day = CivilDay.read(text.prefix(10))
        else { return nil }
        func number(_ at: Int) -> Int? {
            guard ASCII.isDigit(bytes[at]), ASCII.isDigit(bytes[at + 1]) else { return nil }
            return Int(bytes[at] - UInt8(ascii: "0")) * 10 + Int(bytes[at + 1] - UInt8(ascii: "0"))
        }
        guard let hour = number(11), let minute = number(14), let second = number(17), hour < 24, minute < 60, second < 60 else {
            return nil
        }
        self.init(seconds: Int64(day * 86_400 + hour * 3_600 + minute * 60 + second))
    }
}
