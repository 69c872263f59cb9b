import Core
import HTTP
import JSON

/// The message Louver sends upstream, written afresh from the parsed value that was decided on: never the client's bytes, never a member
/// or header that no rule looked at.
///
/// Not copyable: it is written once and gone, and a copy would count every reference in it.
public struct UpstreamRequest: ~Copyable, Sendable {
    /// The message that was decided on.
    public let inbound: Inbound
    /// Its id on this side of Louver; also its progress token.
    public let id: UpstreamID
    /// JSON text to send in place of `params.arguments`: what a rule forced. It must be one well-formed object.
    public var arguments: [UInt8]?
    /// What the policy lets the server ask of this client.
    public var features: ClientFeatures
    /// The version to state upstream: a session's negotiated one, else the message's own.
    public var version: ProtocolVersion
    /// The id of the request that a `notifications/cancelled` ends, on this side; without it the notification must not be sent.
    public var cancelled: UpstreamID?
    /// What the server wants to get back with this retry, as JSON text without quotes; nil or empty to send none.
    public var requestState: [UInt8]?
    /// The upstream's id of the task that is asked about.
    public var taskID: [UInt8]?
    /// Whether a call may become a task: otherwise it goes as a plain one, which servers must then answer (2025-11-25
    /// basic/utilities/tasks).
    public var mayBecomeTask = false
    /// The trace context to state in place of the client's own in `_meta`; empty to leave that as it is.
    public var traceparent: [UInt8] = []

    /// Makes the upstream form of a request or notification.
    public init(_ inbound: Inbound, id: UpstreamID, arguments: [UInt8]? = nil, features: ClientFeatures = []) {
        self.inbound = inbound
        self.id = id
        self.arguments = arguments
        self.features = features
        version = inbound.version
    }

    /// Writes a `notifications/cancelled` of Louver's own: for a request on the legacy wire whose client or deadline is gone.
    public static func writeCancellation(of id: UpstreamID, reason: StaticString, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":")
        id.write(into: &out)
        out.append(",\"reason\":")
        JSONText.appendString(reason, to: &out)
        out.append("}}")
    }

    /// Writes a client's answer to a question of the server, under the id that the server gave it.
    public static func writeAnswer(_ inbound: Inbound, id: RequestID, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"id\":")
        id.write(into: &out)
        inbound.document.root.forEachMember { key, value in
            guard ASCII.equals(key, "result") || ASCII.equals(key, "error") else { return }
            out.append(UInt8(ascii: ","))
            JSONText.appendString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            value.write(into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Writes the JSON body of a request or notification. A client's response has a writer of its own.
    public func writeBody(into out: inout ByteBuffer) {
        precondition(inbound.method != .response, "a client's response is written by `writeAnswer`")
        out.append("{\"jsonrpc\":\"2.0\",")
        if case .request = inbound.kind {
            out.append("\"id\":")
            id.write(into: &out)
            out.append(UInt8(ascii: ","))
        }
        out.append("\"method\":\"")
        out.append(inbound.method.text)
        out.append(UInt8(ascii: "\""))
        if let params = inbound.params {
            out.append(",\"params\":{")
            writeParams(params, into: &out)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "}"))
    }

    private func writeParams(_ params: JSONNode, into out: inout ByteBuffer) {
        var isFirst = true
        var wroteArguments = false
        params.forEachMember { key, value in
            guard let known = ParamKeys(key: key), passes(known) else { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(UInt8(ascii: "\""))
            out.append(known.text)
            out.append("\":")
            if known == .arguments { wroteArguments = true }
            write(value, of: known, into: &out)
        }
        guard let arguments, !wroteArguments else { return }
        if !isFirst { out.append(UInt8(ascii: ",")) }
        out.append("\"arguments\":")
        out.append(arguments)
    }

    /// What goes only where a rule allows it: tasks, and answers to a server's questions.
    private func passes(_ key: ParamKeys) -> Bool {
        switch key {
        case .task: mayBecomeTask
        case .inputResponses: !features.isEmpty
        case .requestState: !(requestState ?? []).isEmpty
        default: true
        }
    }

    private func write(_ value: JSONNode, of key: ParamKeys, into out: inout ByteBuffer) {
        switch key {
        case .meta: ClientMeta.write(value, era: inbound.era, id: id, features: features, traceparent: traceparent, into: &out)
        case .arguments:
            if let arguments { out.append(arguments) } else { value.write(into: &out) }
        case .capabilities: ClientMeta.writeCapabilities(value, features: features, into: &out)
        case .protocolVersion: JSONText.appendString(version.text, to: &out)
        case .notifications: writeSubscriptions(value, into: &out)
        case .requestState: writeText(requestState, into: &out)
        case .taskId: writeText(taskID, into: &out)
        case .task: Self.writeTask(value, into: &out)
        case .requestId:
            if let cancelled { cancelled.write(into: &out) } else { out.append("null") }
        default: value.write(into: &out)
        }
    }

    /// Writes a string from its content as it is.
    private func writeText(_ raw: [UInt8]?, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "\""))
        out.append(raw ?? [])
        out.append(UInt8(ascii: "\""))
    }

    /// How long a task shall be kept is all that the protocol lets a client say of it.
    private static func writeTask(_ task: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        if let life = task["ttl"], life.kind == .number {
            out.append("\"ttl\":")
            life.write(into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// The subscriptions that the core protocol defines; `taskIds` belongs to the extension that is stripped.
    private func writeSubscriptions(_ wanted: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        wanted.forEachMember { key, value in
            guard
                ASCII.equals(key, "toolsListChanged") || ASCII.equals(key, "promptsListChanged")
                    || ASCII.equals(key, "resourcesListChanged")
                    || ASCII.equals(key, "resourceSubscriptions")
            else { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.appendString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            value.write(into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Writes the MCP header lines of a POST: media types, version, and on the modern wire the mirrors of what the body says. Host,
    /// Authorization and lengths are the caller's.
    ///
    /// - Parameters:
    ///   - session: the upstream's own session id; empty for none.
    ///   - parameters: the tool's mirrored arguments where its schema is known; they are then written from the arguments that are sent.
    ///   - client: the fields of the client's request. Its `Mcp-Param-*` that `parameters` do not name go on as they came, as an
    ///     intermediary must let them; without it none does.
    ///   - sentArguments: the parsed `arguments` when they were replaced.
    public func writeFields(
        session: [UInt8] = [], parameters: ParameterHeaders? = nil, client: FieldTable? = nil, sentArguments: JSONNode? = nil,
        into out: inout ByteBuffer
    ) {
        out.append("Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAccept-Encoding: identity\r\n")
        UpstreamFields.writeVersion(version, isHandshake: inbound.method == .initialize, into: &out)
        UpstreamFields.writeSession(session, into: &out)
        guard inbound.era == .modern else { return }
        out.append("Mcp-Method: ")
        out.append(inbound.method.text)
        out.append("\r\n")
        guard inbound.method.isMirroredByName, let target = inbound.target else { return }
        out.append("Mcp-Name: ")
        target.withName { HeaderValue.append($0, into: &out) }
        out.append("\r\n")
        guard inbound.method == .toolsCall else { return }
        parameters?.write(arguments: arguments == nil ? inbound.arguments : sentArguments, into: &out)
        if let client { UpstreamFields.copyParameters(client, beside: parameters, into: &out) }
    }
}
