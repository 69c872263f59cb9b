import Core

/// Where the body of a message ends. Every rule that keeps two parties from seeing different messages in the same bytes (request
/// smuggling, RFC 9112 sections 6 and 11.2) stands in this file.
public enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// So many bytes.
    case length(Int)
    /// Chunks, RFC 9112 section 7.1.
    case chunked
    /// Everything until the upstream closes; never in a request.
    case untilClose

    /// How the body of a request ends.
    ///
    /// | Transfer-Encoding | Content-Length | answer |
    /// |---|---|---|
    /// | none | none | no body |
    /// | none | one line of 1 to 19 digits | that length |
    /// | none | several lines, a list, a sign, a space, empty | 400 |
    /// | none | more than an integer holds | 413 |
    /// | one line, exactly `chunked` in any case | none | chunked |
    /// | any, in HTTP/1.0 | any | 400 |
    /// | any | any | 400 |
    /// | well formed, chunked last after other codings | none | 501 |
    /// | anything else | none | 400 |
    public static func request(_ head: RequestHead) throws(HTTPFailure) -> BodyFraming {
        if let framing = try coded(head.fields, isHTTP10: head.isHTTP10) { return framing }
        guard head.fields.contains(.contentLength) else { return .none }
        guard head.fields.count(.contentLength) == 1 else { throw .badLength }
        return .length(try length(head.fields))
    }

    /// How the body of the response to a request with the method ends. Failures have status 502.
    ///
    /// As for requests, but: 1xx, 204, 304 and replies to HEAD have no body; a 204 must not announce one; equal repetitions of
    /// Content-Length are taken as one (RFC 9110 section 8.6); without Content-Length and Transfer-Encoding the body ends with the
    /// connection.
    public static func response(_ head: ResponseHead, to method: HTTPMethod) throws(HTTPFailure) -> BodyFraming {
        do throws(HTTPFailure) {
            if head.status == 101 { throw .switchingProtocols }
            let coded = try coded(head.fields, isHTTP10: head.isHTTP10)
            var announced: Int?
            if head.fields.contains(.contentLength) {
                guard repetitionsAgree(head.fields) else { throw .badLength }
                announced = try length(head.fields)
            }
            if head.isInterim || head.status == 204 {
                if coded != nil || announced ?? 0 != 0 { throw .contentForbidden }
                return .none
            }
            if head.status == 304 || method == .head { return .none }
            if let coded { return coded }
            return announced.map { .length($0) } ?? .untilClose
        } catch {
            throw error.fromUpstream
        }
    }

    /// Chunked, if Transfer-Encoding says so by every rule; nil without that field.
    private static func coded(_ fields: FieldTable, isHTTP10: Bool) throws(HTTPFailure) -> BodyFraming? {
        guard fields.contains(.transferEncoding) else { return nil }
        if isHTTP10 { throw .codingInOldVersion }
        if fields.contains(.contentLength) { throw .lengthAndCoding }
        guard fields.count(.transferEncoding) == 1 else { throw .badCoding }
        if let fault = fields.withValue(.transferEncoding, { codingFault($0) }) ?? nil { throw fault }
        return .chunked
    }

    /// Why the value is not `chunked`, or nil if it is.
    private static func codingFault(_ value: Span<UInt8>) -> HTTPFailure? {
        if ASCII.equalsIgnoringCase(value, "chunked") { return nil }
        var list = TokenList(value.count)
        var endsChunked = false
        while let element = list.next(in: value) {
            if endsChunked { return .badCoding }
            let coding = value.extracting(element)
            for at in 0..<coding.count where !ASCII.isToken(coding[at]) { return .badCoding }
            endsChunked = ASCII.equalsIgnoringCase(coding, "chunked")
        }
        // Here `chunked` alone has stray commas around it; with another coding before it, it is a coding nobody here knows.
        return endsChunked && list.elements > 1 ? .unknownCoding : .badCoding
    }

    private static func length(_ fields: FieldTable) throws(HTTPFailure) -> Int {
        let parsed = fields.withValue(.contentLength) { (digits: Span<UInt8>) -> Result<Int, HTTPFailure> in
            guard digits.count > 0, digits.count <= 19 else { return .failure(.badLength) }
            var value = 0
            for at in 0..<digits.count {
                guard ASCII.isDigit(digits[at]) else { return .failure(.badLength) }
                let (product, over) = value.multipliedReportingOverflow(by: 10)
                let (sum, over2) = product.addingReportingOverflow(Int(digits[at] - UInt8(ascii: "0")))
                if over || over2 { return .failure(.lengthOverflow) }
                value = sum
            }
            return .success(value)
        }
        return try (parsed ?? .failure(.badLength)).get()
    }

    private static func repetitionsAgree(_ fields: FieldTable) -> Bool {
        guard fields.count(.contentLength) > 1, let first = fields.value(.contentLength) else { return true }
        var agree = true
        fields.forEachValue(.contentLength) { value in
            if !value.withUnsafeBufferPointer({ first.elementsEqual($0) }) { agree = false }
        }
        return agree
    }
}
