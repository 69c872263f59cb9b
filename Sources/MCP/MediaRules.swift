import Core
import HTTP

/// The media types of an MCP exchange: JSON in UTF-8 comes in, uncompressed; JSON or events go out, and the client must take both.
enum MediaRules {
    /// Refuses a body that is not `application/json` in UTF-8, exactly, without a content coding.
    static func checkContent(_ fields: FieldTable) throws(ProtocolFailure) {
        // What nearly every client sends, in one comparison.
        let isPlain = fields.withValue(.contentType) { ASCII.equals($0, "application/json") } ?? false
        if isPlain, !fields.contains(.contentEncoding) { return }
        let type: MediaType? = fields.withValue(.contentType) { MediaType($0) } ?? nil
        guard let type, type.isJSON else {
            throw ProtocolFailure(
                415, ProtocolErrorCode.invalidRequest, "content_type", "the Content-Type must be application/json in UTF-8")
        }
        if fields.contains(.contentEncoding), !fields.hasToken(.contentEncoding, "identity") {
            throw ProtocolFailure(415, ProtocolErrorCode.invalidRequest, "content_encoding", "a request body must not be compressed")
        }
    }

    /// Refuses a client that cannot take both a JSON object and an event stream (every revision: basic/transports).
    static func checkAccept(_ fields: FieldTable) throws(ProtocolFailure) {
        let isPlain = fields.withValue(.accept) { ASCII.equals($0, "application/json, text/event-stream") } ?? false
        if isPlain, fields.count(.accept) == 1 { return }
        guard AcceptList(fields).covers(json: true, eventStream: true) else {
            throw ProtocolFailure(
                406, ProtocolErrorCode.invalidRequest, "accept", "the Accept header must list both application/json and text/event-stream")
        }
    }

    /// Refuses a GET that cannot take an event stream.
    static func checkStreamAccept(_ fields: FieldTable) throws(ProtocolFailure) {
        guard AcceptList(fields).eventStream else {
            throw ProtocolFailure(406, ProtocolErrorCode.invalidRequest, "accept", "the Accept header must list text/event-stream")
        }
    }
}
