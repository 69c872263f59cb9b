import Core
import HTTP
import JSON

/// Turns an HTTP request into one MCP message or a refusal: the ladder of the 2026-07-28 transport (basic/transports/streamable-http) and
/// the rules of the revisions with a handshake. The era is taken from the header *and* the body; where they disagree nobody guesses.
///
/// The order is: media types, JSON, envelope, era, then the wire's own rules. Every refusal carries the request's id once it was read.
public enum Classifier {
    /// Classifies a POST whose body is complete and within `Limits.requestBodyBytesMax`.
    ///
    /// - Parameter supported: what the upstream speaks and Louver polices; a -32022 names these.
    public static func classify(
        _ fields: FieldTable, body: [UInt8], supported: ProtocolVersionSet = .all
    ) throws(ProtocolFailure) -> Inbound {
        try RoutingFields.refuseDuplicates(fields)
        try MediaRules.checkContent(fields)
        let document = try parse(body)
        let envelope = Envelope(document.root)
        do throws(ProtocolFailure) {
            try MediaRules.checkAccept(fields)
            return try classify(fields, document, envelope, supported)
        } catch {
            var failure = error
            failure.id = envelope.isCall ? envelope.id : nil
            throw failure
        }
    }

    private static func parse(_ body: [UInt8]) throws(ProtocolFailure) -> JSONDocument {
        let document: JSONDocument
        do {
            document = try JSONDocument.parse(body, dialect: .request)
        } catch {
            throw ProtocolFailure(
                400, ProtocolErrorCode.parseError, "body_json",
                "the body is not strict JSON: UTF-8 without BOM, no duplicate keys, no NaN, nothing after the value",
                detail: .offset(error.offset))
        }
        switch document.root.kind {
        case .object: return document
        case .array:
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidRequest, "batch", "batches are not accepted; send each message in a request of its own")
        default: throw ProtocolFailure(400, ProtocolErrorCode.invalidRequest, "not_an_object", "the body must be one JSON-RPC object")
        }
    }

    private static func classify(
        _ fields: FieldTable, _ document: JSONDocument, _ envelope: borrowing Envelope, _ supported: ProtocolVersionSet
    ) throws(ProtocolFailure) -> Inbound {
        try envelope.check()
        let params = CallParams(envelope.isCall ? envelope.params : nil, fields)
        let wire = try Wire.decide(fields, envelope, params, supported)
        if wire.era == .modern { try RoutingFields.checkParameters(fields) }
        let method = try method(of: envelope, in: wire.era)
        try checkMeta(params.claims)
        let call = try CallShape(params, of: method, in: wire.era)
        return Inbound(
            era: wire.era, kind: kind(of: envelope), method: method, version: wire.version, statedVersion: wire.stated, document: document,
            params: params.node, meta: params.metaNode, target: call.target, arguments: call.arguments,
            progressToken: params.claims.progressToken, carriesInput: call.carriesInput)
    }

    private static func kind(of envelope: borrowing Envelope) -> Inbound.Kind {
        guard let id = envelope.id else { return .notification }
        return envelope.isCall ? .request(id) : .response(id)
    }

    /// The method, when this wire has it and the message is of its kind.
    private static func method(of envelope: borrowing Envelope, in era: Era) throws(ProtocolFailure) -> Method {
        guard envelope.isCall else {
            guard era == .legacy else {
                throw ProtocolFailure(
                    400, ProtocolErrorCode.invalidRequest, "modern_response",
                    "a client sends no responses at 2026-07-28; retry with inputResponses")
            }
            return .response
        }
        guard envelope.hasID else {
            guard let known = envelope.method else { throw ProtocolFailure.unknownMethod(era == .modern ? 404 : 400) }
            guard known.role == .clientNotification else {
                throw ProtocolFailure(
                    400, ProtocolErrorCode.invalidRequest, "request_without_id", "this method is a request and needs an `id`")
            }
            return known
        }
        guard let known = envelope.method, known.isOffered(in: era) else {
            if envelope.method?.role == .clientNotification {
                throw ProtocolFailure(
                    400, ProtocolErrorCode.invalidRequest, "notification_with_id", "this method is a notification and has no `id`")
            }
            // On the legacy wire a 404 would say that the session is gone, so the error travels in a 200.
            throw ProtocolFailure.unknownMethod(era == .modern ? 404 : 200)
        }
        return known
    }

    private static func checkMeta(_ claims: borrowing MetaClaims) throws(ProtocolFailure) {
        guard claims.isObject else {
            throw ProtocolFailure(400, ProtocolErrorCode.invalidParams, "meta_kind", "`params._meta` must be an object")
        }
        guard !claims.hasBadProgressToken else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "progress_token",
                "`progressToken` must be a string or an integer of at most 256 bytes")
        }
    }
}
