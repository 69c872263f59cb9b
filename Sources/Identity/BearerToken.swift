import Core

/// What the value of an `Authorization` field holds (RFC 6750 section 2.1, RFC 9110 section 11.4).
public enum BearerToken: Sendable, Equatable {
    /// A Bearer token: its place in the value, not empty and at most `Limits.tokenBytesMax` long.
    case bearer(Range<Int>)
    /// Basic credentials, which are never taken; known so that the answer can say what to send instead.
    case basic
    /// Another scheme, no token, more than one, a byte that a token cannot hold, or a token over the bound.
    case malformed

    /// Reads the value of the one `Authorization` field of a request. The scheme is matched in any case; between it and the token stand
    /// one or more spaces; the token is one `token68` and nothing follows it.
    public static func parse(_ authorization: Span<UInt8>) -> BearerToken {
        var at = 0
        while at < authorization.count, authorization[at] != space { at += 1 }
        let scheme = authorization.extracting(0..<at)
        if ASCII.equalsIgnoringCase(scheme, "basic") { return .basic }
        guard ASCII.equalsIgnoringCase(scheme, "bearer") else { return .malformed }
        while at < authorization.count, authorization[at] == space { at += 1 }
        let token = at..<authorization.count
        guard !token.isEmpty, token.count <= Limits.tokenBytesMax, isToken68(authorization.extracting(token)) else { return .malformed }
        return .bearer(token)
    }

    private static let space = UInt8(ascii: " ")

    /// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. Every byte is looked at whatever was found before, without a
    /// branch, so that the compiler can take many at once.
    private static func isToken68(_ text: Span<UInt8>) -> Bool {
        var end = text.count
        while end > 0, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end > 0 else { return false }
        let body = text.extracting(0..<end)
        return body.withUnsafeBufferPointer { bytes in
            var strangers: UInt8 = 0
            for byte in bytes {
                let isLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 : 0
                let isDigitOrDashDotSlash: UInt8 = byte &- UInt8(ascii: "-") < 13 ? 1 : 0
                let isPlus: UInt8 = byte == UInt8(ascii: "+") ? 1 : 0
                let isUnderscore: UInt8 = byte == UInt8(ascii: "_") ? 1 : 0
                let isTilde: UInt8 = byte == UInt8(ascii: "~") ? 1 : 0
                strangers |= (isLetter | isDigitOrDashDotSlash | isPlus | isUnderscore | isTilde) ^ 1
            }
            return strangers == 0
        }
    }
}
