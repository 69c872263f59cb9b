import Core
import JSON

/// Louver's answers to requests that a server sends to a client (legacy wire). A ping is answered; everything else is refused, because the
/// client never declared it: sampling, elicitation and roots are stripped from its capabilities.
enum ServerRequest {
    /// The JSON body to send upstream.
    static func answer(_ method: Method?, id: RequestID) -> [UInt8] {
        var out = ByteBuffer(capacity: 160)
        out.append("{\"jsonrpc\":\"2.0\",\"id\":")
        id.write(into: &out)
        if method == .ping {
            out.append(",\"result\":{}}")
        } else {
            out.append(",\"error\":{\"code\":")
            out.append(decimal: ProtocolErrorCode.methodNotFound)
            out.append(",\"message\":")
            JSONText.appendString("the client did not declare this capability" as StaticString, to: &out)
            out.append("}}")
        }
        return out.takeAll()
    }
}
