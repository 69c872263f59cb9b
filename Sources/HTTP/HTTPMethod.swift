/// A request method (RFC 9110 section 9). Methods are case-sensitive: `get` is `other`.
public enum HTTPMethod: Sendable, Equatable {
    /// The methods of RFC 9110 and RFC 5789.
    case get, head, post, delete, options, put, patch, trace, connect
    /// Any other token.
    case other

    /// Reads a token.
    init(_ token: UnsafeBufferPointer<UInt8>) {
        switch token.count {
        case 3: self = token.equals("GET") ? .get : token.equals("PUT") ? .put : .other
        case 4: self = token.equals("POST") ? .post : token.equals("HEAD") ? .head : .other
        case 5: self = token.equals("PATCH") ? .patch : token.equals("TRACE") ? .trace : .other
        case 6: self = token.equals("DELETE") ? .delete : .other
        case 7: self = token.equals("OPTIONS") ? .options : token.equals("CONNECT") ? .connect : .other
        default: self = .other
        }
    }

    /// The name for logs and metric labels, from a fixed set; `other` for an unknown one.
    public var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .put: "PUT"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: "other"
        }
    }
}
