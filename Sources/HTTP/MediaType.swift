import Core

/// A Content-Type (RFC 9110 section 8.3): what the proxy asks of one, without keeping its text.
public struct MediaType: Sendable, Equatable {
    /// The types the proxy tells apart.
    public enum Kind: Sendable {
        /// `application/json`, exactly: not `application/jsonx` or `application/foo+json`.
        case json
        /// `text/event-stream`.
        case eventStream
        /// `application/x-www-form-urlencoded`.
        case form
        /// Another type under `text`.
        case text
        /// Anything else.
        case other
    }

    /// The `charset` parameter.
    public enum Charset: Sendable {
        case absent, utf8, other
    }

    /// The type.
    public let kind: Kind
    /// The charset.
    public let charset: Charset

    /// Whether it is JSON in UTF-8, which is the only JSON there is (RFC 8259 section 8.1).
    public var isJSON: Bool { kind == .json && charset != .other }
    /// Whether it is a stream of server-sent events, which is UTF-8 always.
    public var isEventStream: Bool { kind == .eventStream && charset != .other }

    /// Reads a field value; nil unless it is one well-formed media type with at most one charset.
    public init?(_ value: Span<UInt8>) {
        // What nearly every message says, told by one comparison.
        if ASCII.equals(value, "application/json") {
            kind = .json
            charset = .absent
            return
        }
        var parameters = ParameterList(value)
        guard let essence = parameters.essence(in: value) else { return nil }
        let whole = value.extracting(essence)
        guard let slash = Self.slash(whole) else { return nil }
        if ASCII.equalsIgnoringCase(whole, "application/json") {
            kind = .json
        } else if ASCII.equalsIgnoringCase(whole, "text/event-stream") {
            kind = .eventStream
        } else if ASCII.equalsIgnoringCase(whole, "application/x-www-form-urlencoded") {
            kind = .form
        } else {
            kind = ASCII.equalsIgnoringCase(whole.extracting(0..<slash), "text") ? .text : .other
        }
        var charset = Charset.absent
        while let parameter = parameters.next(in: value) {
            guard ASCII.equalsIgnoringCase(value.extracting(parameter.name), "charset") else { continue }
            if charset != .absent { return nil }
            let text = value.extracting(parameter.value)
            charset = ASCII.equalsIgnoringCase(text, "utf-8") || ASCII.equalsIgnoringCase(text, "utf8") ? .utf8 : .other
        }
        if parameters.isMalformed { return nil }
        self.charset = charset
    }

    /// The index of the slash in `token/token`.
    private static func slash(_ text: Span<UInt8>) -> Int? {
        var slash: Int?
        for at in 0..<text.count {
            if text[at] == UInt8(ascii: "/") {
                if slash != nil { return nil }
                slash = at
            } else if !ASCII.isToken(text[at]) {
                return nil
            }
        }
        guard let slash, slash > 0, slash + 1 < text.count else { return nil }
        return slash
    }
}
