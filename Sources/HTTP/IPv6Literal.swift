import Core

/// The syntax of an IPv6 address (RFC 3986 section 3.2.2), without a zone.
enum IPv6Literal {
    /// Whether the text between the brackets is an address: eight groups, or fewer with one `::`, the last two perhaps an IPv4 address.
    static func isValid(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 2, text.count <= 45 else { return false }
        var groups = 0
        var isCompressed = false
        var at = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return false }
            isCompressed = true
            at = 2
        }
        while at < text.count {
            let start = at
            while at < text.count, HexDigit.value(text[at]) != nil { at += 1 }
            if at < text.count, text[at] == UInt8(ascii: ".") {
                groups += 2
                return isIPv4(text.extracting(start..<text.count)) && isComplete(groups, isCompressed)
            }
            guard (1...4).contains(at - start) else { return false }
            groups += 1
            if at == text.count { break }
            guard text[at] == UInt8(ascii: ":"), at + 1 < text.count else { return false }
            at += 1
            if text[at] == UInt8(ascii: ":") {
                if isCompressed { return false }
                isCompressed = true
                at += 1
            }
        }
        return isComplete(groups, isCompressed)
    }

    private static func isComplete(_ groups: Int, _ isCompressed: Bool) -> Bool {
        isCompressed ? groups <= 7 : groups == 8
    }

    /// Four numbers up to 255 without leading zeros.
    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var octets = 0
        var value = 0
        var digits = 0
        for at in 0..<text.count {
            if text[at] == UInt8(ascii: ".") {
                guard digits > 0, octets < 3 else { return false }
                octets += 1
                value = 0
                digits = 0
                continue
            }
            guard ASCII.isDigit(text[at]), !(digits > 0 && value == 0) else { return false }
            value = value * 10 + Int(text[at] - UInt8(ascii: "0"))
            digits += 1
            if value > 255 { return false }
        }
        return octets == 3 && digits > 0
    }
}
