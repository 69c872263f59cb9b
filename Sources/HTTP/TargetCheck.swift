import Core

/// What the request line and the Host field must say about each other: RFC 9112 section 3.2.
enum TargetCheck {
    /// The target, in origin form or in the absolute form that names the same authority as Host.
    static func target(_ text: UnsafeBufferPointer<UInt8>, _ fields: FieldTable, isHTTP10: Bool) throws(HTTPFailure) -> RequestTarget {
        if fields.contains(.host) {
            guard fields.withValue(.host, { HostPort.isValid($0) }) == true else { throw .badHost }
        } else if !isHTTP10 {
            throw .missingHost
        }
        if text[0] == UInt8(ascii: "/") { return try RequestTarget(originForm: text) }
        return try absolute(text, fields)
    }

    private static func absolute(_ text: UnsafeBufferPointer<UInt8>, _ fields: FieldTable) throws(HTTPFailure) -> RequestTarget {
        let span = Span(_unsafeElements: text)
        let schemeCount: Int
        let defaultPort: UInt16
        if text.count > 7, ASCII.equalsIgnoringCase(span.extracting(0..<7), "http://") {
            schemeCount = 7
            defaultPort = 80
        } else if text.count > 8, ASCII.equalsIgnoringCase(span.extracting(0..<8), "https://") {
            schemeCount = 8
            defaultPort = 443
        } else {
            throw .targetForm
        }
        var at = schemeCount
        while at < text.count, text[at] != UInt8(ascii: "/"), text[at] != UInt8(ascii: "?"), text[at] != UInt8(ascii: "#") { at += 1 }
        // HTTP/1.0 without Host has nothing to compare with; an authority the guard never saw must not pass.
        guard let named = HostPort(span.extracting(schemeCount..<at)),
            fields.withValue(.host, { named.matches($0, defaultPort: defaultPort) }) == true
        else { throw .authorityMismatch }
        if at < text.count, text[at] == UInt8(ascii: "/") { return try RequestTarget(originForm: text.part(at, text.count)) }
        // RFC 9112 section 3.2.1: an empty path is sent as a slash.
        let rooted = [UInt8(ascii: "/")] + text.part(at, text.count)
        return try rooted.withUnsafeBufferPointer { (rooted) throws(HTTPFailure) in try RequestTarget(originForm: rooted) }
    }
}
