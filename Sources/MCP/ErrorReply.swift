import Core
import JSON

/// The JSON-RPC bodies of every refusal: always one object, always with the request's own id, never with internal detail. They are sent
/// as `application/json`, never as an event.
public enum ErrorReply {
    /// Writes the error for a message that breaks the protocol. `id` is null where it could not be read.
    public static func write(_ failure: ProtocolFailure, into out: inout ByteBuffer) {
        open(failure.id, code: failure.code, into: &out)
        JSONText.appendString(failure.message, to: &out)
        switch failure.detail {
        case .none: break
        case .offset(let offset):
            out.append(",\"data\":{\"offset\":")
            out.append(decimal: offset)
            out.append("}")
        case .requestState: out.append(",\"data\":{\"reason\":\"invalid_request_state\"}")
        case .versions(let supported, let requested):
            out.append(",\"data\":{\"supported\":")
            supported.write(into: &out)
            out.append(",\"requested\":")
            JSONText.appendString(requested.span, to: &out)
            out.append("}")
        }
        out.append("}}")
    }

    /// Writes a refusal as a JSON-RPC error with `data` {code, rule, retryAfterMs}.
    public static func write(_ denial: Denial, id: RequestID?, into out: inout ByteBuffer) {
        open(id, code: denial.code.rawValue, into: &out)
        JSONText.appendString(denial.text.span, to: &out)
        out.append(",\"data\":")
        appendDetail(denial, into: &out)
        out.append("}}")
    }

    /// Writes a refusal as a tool result: `isError` and a text that models read. At the modern wire it says that it is complete, without
    /// which official clients fail to read it.
    public static func writeToolResult(_ denial: Denial, id: RequestID, era: Era, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"id\":")
        id.write(into: &out)
        out.append(",\"result\":{\"content\":[{\"type\":\"text\",\"text\":")
        JSONText.appendString(denial.text.span, to: &out)
        out.append("}],\"isError\":true")
        if era == .modern { out.append(",\"resultType\":\"complete\"") }
        out.append(",\"_meta\":{\"io.louver/refusal\":")
        appendDetail(denial, into: &out)
        out.append("}}}")
    }

    /// Writes the answer that suits a request: a tool result where the refusal fits one and the rule does not ask for an error, else an
    /// error. Answers the HTTP status to send.
    public static func write(_ denial: Denial, for inbound: Inbound, asError: Bool = false, into out: inout ByteBuffer) -> Int {
        if inbound.method == .toolsCall, denial.code.fitsToolResult, !asError, let id = inbound.requestID {
            writeToolResult(denial, id: id, era: inbound.era, into: &out)
        } else {
            write(denial, id: inbound.requestID, into: &out)
        }
        return denial.code.httpStatus
    }

    /// Writes an error with a protocol code and no `data`: for what is refused before or beside a message, such as an unknown session.
    public static func write(code: Int, message: StaticString, id: RequestID? = nil, into out: inout ByteBuffer) {
        open(id, code: code, into: &out)
        JSONText.appendString(message, to: &out)
        out.append("}}")
    }

    private static func open(_ id: RequestID?, code: Int, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"id\":")
        if let id { id.write(into: &out) } else { out.append("null") }
        out.append(",\"error\":{\"code\":")
        out.append(decimal: code)
        out.append(",\"message\":")
    }

    private static func appendDetail(_ denial: Denial, into out: inout ByteBuffer) {
        out.append("{\"code\":")
        out.append(decimal: denial.code.rawValue)
        out.append(",\"rule\":")
        JSONText.appendString(denial.rule.span, to: &out)
        if let wait = denial.retryAfterMilliseconds {
            out.append(",\"retryAfterMs\":")
            out.append(decimal: wait)
        }
        out.append("}")
    }
}
