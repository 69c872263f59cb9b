import Core

/// Reads the head of a message: nil means more bytes are needed, a failure that the connection is beyond repair.
///
/// The caller hands over the same bytes from their start each time more have come. The head is looked at once: until its empty line is
/// there only line ends are searched, and `scanned` remembers how far, so that a head that drips in byte by byte costs no more than
/// one that comes whole.
public enum HeadParser {
    /// Reads a request head. `length` is what it takes of `bytes`; the body or the next request begins there.
    public static func parseRequest(_ bytes: Span<UInt8>) throws(HTTPFailure) -> (head: RequestHead, length: Int)? {
        var scanned = 0
        return try parseRequest(bytes, scanned: &scanned)
    }

    /// Reads a request head that comes in pieces. `scanned` starts at 0 with each message and belongs to this function.
    public static func parseRequest(_ bytes: Span<UInt8>, scanned: inout Int) throws(HTTPFailure) -> (head: RequestHead, length: Int)? {
        try bytes.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) -> (head: RequestHead, length: Int)? in
            guard let first = bytes.first else { return nil }
            if first != UInt8(ascii: "\r"), !ASCII.isToken(first) {
                throw first == UInt8(ascii: "\n") ? .bareLF : .badRequestLine
            }
            guard let end = try HeadEnd.find(in: bytes, scanned: &scanned, longLine: .targetTooLong) else { return nil }
            return (try request(bytes, end), end)
        }
    }

    /// Reads a response head, 1xx included; the caller skips those. Its failures have status 502.
    public static func parseResponse(_ bytes: Span<UInt8>) throws(HTTPFailure) -> (head: ResponseHead, length: Int)? {
        var scanned = 0
        return try parseResponse(bytes, scanned: &scanned)
    }

    /// Reads a response head that comes in pieces. `scanned` starts at 0 with each message and belongs to this function.
    public static func parseResponse(_ bytes: Span<UInt8>, scanned: inout Int) throws(HTTPFailure) -> (head: ResponseHead, length: Int)? {
        do throws(HTTPFailure) {
            return try bytes.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) -> (head: ResponseHead, length: Int)? in
                guard let first = bytes.first else { return nil }
                if first != UInt8(ascii: "H") { throw .badStatusLine }
                guard let end = try HeadEnd.find(in: bytes, scanned: &scanned, longLine: .badStatusLine) else { return nil }
                return (try response(bytes, end), end)
            }
        } catch {
            throw error.fromUpstream
        }
    }

    /// Reads `method SP target SP HTTP/1.x CRLF`, then the fields, then what the two say about each other.
    private static func request(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) throws(HTTPFailure) -> RequestHead {
        // RFC 9112 section 2.2: one empty line before the request line is skipped.
        let start = bytes[0] == UInt8(ascii: "\r") ? 2 : 0
        if start == 2, bytes[1] != UInt8(ascii: "\n") { throw .bareCR }
        if bytes[start] == UInt8(ascii: "\r") { throw .emptyLine }
        guard let base = bytes.baseAddress else { throw .badRequestLine }
        var at = TokenTable.end(base, from: start)
        guard at > start, bytes[at] == UInt8(ascii: " ") else { throw .badRequestLine }
        let method = HTTPMethod(bytes.part(start, at))

        let targetStart = at + 1
        at = targetStart
        while bytes[at] > 0x20, bytes[at] < 0x7F { at += 1 }
        guard at > targetStart, bytes[at] == UInt8(ascii: " ") else { throw .badRequestLine }
        if at - targetStart > Limits.targetBytesMax { throw .targetTooLong }
        let targetEnd = at
        let isHTTP10 = try version(bytes, at + 1, end, otherwise: .badRequestLine)
        at += 9
        guard at + 1 < end, bytes[at] == UInt8(ascii: "\r"), bytes[at + 1] == UInt8(ascii: "\n") else { throw .badRequestLine }

        let fields = try FieldSection.request.parse(bytes, from: at + 2, end: end)
        let target = try TargetCheck.target(bytes.part(targetStart, targetEnd), fields, isHTTP10: isHTTP10)
        let expects = try expectation(fields)
        return RequestHead(
            method: method, target: target, isHTTP10: isHTTP10, expectsContinue: expects && !isHTTP10, fields: fields)
    }

    /// Reads `HTTP/1.x SP 3DIGIT [SP reason] CRLF`, then the fields.
    private static func response(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) throws(HTTPFailure) -> ResponseHead {
        let isHTTP10 = try version(bytes, 0, end, otherwise: .badStatusLine)
        guard end > 14, bytes[8] == UInt8(ascii: " ") else { throw .badStatusLine }
        var status = 0
        for at in 9..<12 {
            guard ASCII.isDigit(bytes[at]) else { throw .badStatusLine }
            status = status * 10 + Int(bytes[at] - UInt8(ascii: "0"))
        }
        guard (100..<600).contains(status) else { throw .badStatusLine }
        if status == 101 { throw .switchingProtocols }
        // The reason phrase may be absent, with its space too: it says nothing, and servers differ here.
        var at = 12
        if bytes[at] == UInt8(ascii: " "), let base = bytes.baseAddress {
            var nonASCII = false
            at = FieldValueScan.end(base, from: at, end: end, nonASCII: &nonASCII)
        }
        guard at + 1 < end, bytes[at] == UInt8(ascii: "\r"), bytes[at + 1] == UInt8(ascii: "\n") else { throw .badStatusLine }
        return ResponseHead(status: status, isHTTP10: isHTTP10, fields: try FieldSection.response.parse(bytes, from: at + 2, end: end))
    }

    /// Whether the eight bytes at `at` name HTTP/1.0; neither 1.0 nor 1.1 is a failure (RFC 9112 section 2.3).
    private static func version(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ end: Int, otherwise: HTTPFailure
    ) throws(HTTPFailure) -> Bool {
        guard at + 8 <= end, bytes.part(at, at + 5).equals("HTTP/"), ASCII.isDigit(bytes[at + 5]), bytes[at + 6] == UInt8(ascii: "."),
            ASCII.isDigit(bytes[at + 7])
        else { throw otherwise }
        guard bytes[at + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        switch bytes[at + 7] {
        case UInt8(ascii: "0"): return true
        case UInt8(ascii: "1"): return false
        default: throw .unsupportedVersion
        }
    }

    /// Whether the client waits for 100 Continue; any other expectation, or two lines of them, cannot be met (RFC 9110 section 10.1.1).
    private static func expectation(_ fields: FieldTable) throws(HTTPFailure) -> Bool {
        guard fields.contains(.expect) else { return false }
        guard fields.count(.expect) == 1,
            fields.withValue(.expect, { ASCII.equalsIgnoringCase($0, "100-continue") }) == true
        else { throw .unknownExpectation }
        return true
    }
}
