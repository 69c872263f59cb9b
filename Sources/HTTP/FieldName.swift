/// The field names the proxy knows, for comparison without regard to case (RFC 9110 section 5.1). At most 64: a set of them is one word.
public enum FieldName: UInt8, Sendable, CaseIterable {
    case accept, acceptEncoding, acceptLanguage, accessControlRequestHeaders, accessControlRequestMethod, allow, authorization
    case baggage, cacheControl, connection, contentEncoding, contentLength, contentType, cookie, date, expect, forwarded, from, host
    case http2Settings, ifModifiedSince, ifNoneMatch, keepAlive, lastEventID, link, location
    case mcpMethod, mcpName, mcpProtocolVersion, mcpSessionID, origin, pragma
    case proxyAuthenticate, proxyAuthenticationInfo, proxyAuthorization, proxyConnection, range, referer, retryAfter
    case secFetchMode, secFetchSite, server, setCookie, te, traceparent, tracestate, trailer, transferEncoding, upgrade, userAgent
    case vary, via, wwwAuthenticate, xAccelBuffering, xForwardedFor, xForwardedHost, xForwardedProto, xRealIP, xRequestID

    /// The name in lower case.
    public var text: StaticString {
        switch self {
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .acceptLanguage: "accept-language"
        case .accessControlRequestHeaders: "access-control-request-headers"
        case .accessControlRequestMethod: "access-control-request-method"
        case .allow: "allow"
        case .authorization: "authorization"
        case .baggage: "baggage"
        case .cacheControl: "cache-control"
        case .connection: "connection"
        case .contentEncoding: "content-encoding"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .cookie: "cookie"
        case .date: "date"
        case .expect: "expect"
        case .forwarded: "forwarded"
        case .from: "from"
        case .host: "host"
        case .http2Settings: "http2-settings"
        case .ifModifiedSince: "if-modified-since"
        case .ifNoneMatch: "if-none-match"
        case .keepAlive: "keep-alive"
        case .lastEventID: "last-event-id"
        case .link: "link"
        case .location: "location"
        case .mcpMethod: "mcp-method"
        case .mcpName: "mcp-name"
        case .mcpProtocolVersion: "mcp-protocol-version"
        case .mcpSessionID: "mcp-session-id"
        case .origin: "origin"
        case .pragma: "pragma"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthenticationInfo: "proxy-authentication-info"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyConnection: "proxy-connection"
        case .range: "range"
        case .referer: "referer"
        case .retryAfter: "retry-after"
        case .secFetchMode: "sec-fetch-mode"
        case .secFetchSite: "sec-fetch-site"
        case .server: "server"
        case .setCookie: "set-cookie"
        case .te: "te"
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .userAgent: "user-agent"
        case .vary: "vary"
        case .via: "via"
        case .wwwAuthenticate: "www-authenticate"
        case .xAccelBuffering: "x-accel-buffering"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedProto: "x-forwarded-proto"
        case .xRealIP: "x-real-ip"
        case .xRequestID: "x-request-id"
        }
    }

    /// This name as a member of a set of names.
    @inline(__always)
    var bit: UInt64 { 1 << UInt64(rawValue) }
}
