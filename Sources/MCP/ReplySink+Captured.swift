import Core
import JSON

/// The short strings that are compared before anything is written: ids and tokens, which the client gets its own for, methods, versions.
extension ReplySink {
    /// Keeps a short string for comparison; one byte more than anything it is compared with makes it differ.
    mutating func capture(_ raw: Span<UInt8>) {
        let most = stringShape == .requestState ? Limits.requestStateBytesMax : Limits.requestIDBytesMax
        let room = most + 1 - captured.count
        raw.withUnsafeBufferPointer { captured.append(contentsOf: $0.prefix(room)) }
    }

    /// The string that was kept. Some servers escape the slash, which changes nothing but the bytes.
    private func capturedText() -> [UInt8] {
        guard stringShape != .id, captured.contains(UInt8(ascii: "\\")) else { return captured }
        return captured.indices.filter { at in
            captured[at] != UInt8(ascii: "\\") || at + 1 == captured.count || captured[at + 1] != UInt8(ascii: "/")
        }.map { captured[$0] }
    }

    mutating func endCaptured() throws(JSONFailure) {
        if stringShape == .requestState {
            if captured.count > Limits.requestStateBytesMax { try fail(ReplyFailure("request_state_size")) }
            return writeRequestState(captured)
        }
        let text = capturedText()
        switch stringShape {
        case .version: try check(envelope.noteVersion(text.span))
        case .id:
            if expectation.upstreamID?.matches(text.span) ?? false {
                envelope.hasOwnID = true
            } else {
                envelope.noteForeignID(([UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]).span)
            }
            try check(envelope.checkID())
            writeClientID()
            return
        case .method: envelope.noteMethod(text.span)
        case .resultType: try check(envelope.noteResultType(text.span))
        case .cacheScope:
            out.append("\"private\"")
            return
        case .progressToken:
            takeProgressToken(expectation.upstreamID?.matches(text.span) ?? false)
            return
        case .ownID:
            takeOwnID(expectation.upstreamID?.matches(text.span) ?? false)
            return
        case .inputMethod: try check(envelope.noteInputMethod(text.span))
        case .taskID:
            guard let id = clientID(ofTask: text) else { try fail(ReplyFailure("task_id")) }
            out.append(UInt8(ascii: "\""))
            out.append(id)
            out.append(UInt8(ascii: "\""))
            return
        default: break
        }
        out.append(UInt8(ascii: "\""))
        out.append(text)
        out.append(UInt8(ascii: "\""))
    }

    /// Restores the client's progress token in a notification of the request's own; any other is dropped.
    mutating func takeProgressToken(_ isOwn: Bool) {
        guard isOwn, let token = expectation.progressToken else {
            envelope.dropReason = "progress_token"
            out.append("null")
            return
        }
        envelope.hasProgressToken = true
        token.write(into: &out)
    }

    /// Restores the client's id where a message names the subscription it belongs to; any other is dropped.
    mutating func takeOwnID(_ isOwn: Bool) {
        if isOwn { envelope.hasSubscription = true } else { envelope.dropReason = "subscription_id" }
        if let id = expectation.clientID { id.write(into: &out) } else { out.append("null") }
    }

    mutating func writeClientID() {
        // What is neither the awaited answer nor an error that the transport ties to it may be a question of the server.
        if let seal = expectation.questions, let foreign = envelope.foreignID, let id = seal.seal(foreign) {
            envelope.hasSealedID = true
            out.append(id)
            return
        }
        if let id = expectation.clientID { id.write(into: &out) } else { out.append("null") }
    }

    /// An error that a transport ties to the request may come without any id; the client's must still be on it.
    mutating func appendMissingID() {
        guard envelope.kind == .error, !envelope.hasID else { return }
        out.append(",\"id\":")
        writeClientID()
    }
}
