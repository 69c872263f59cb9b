import Core

/// The short JSON bodies of answers that no JSON-RPC message can be matched to.
enum ErrorText {
    /// Appends a JSON-RPC error without an id for a request that never became a message.
    static func append(_ status: Int, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"")
        out.append(words(status))
        out.append("\"}}")
    }

    private static func words(_ status: Int) -> StaticString {
        switch status {
        case 403: "this Host or Origin is not allowed here"
        case 404: "there is no MCP endpoint at this path"
        case 405: "this method is not allowed here"
        case 408: "the request took too long to arrive"
        case 413: "the request body is larger than this endpoint takes"
        case 414: "the request target is too long"
        case 417: "this expectation cannot be met"
        case 421: "this Host is not served here"
        case 431: "the request head is too large"
        case 501: "this transfer coding is not implemented"
        case 503: "this server is shedding load or shutting down; try again shortly"
        case 505: "this HTTP version is not supported"
        default: "the request is not well-formed HTTP"
        }
    }
}
