import Core
import HTTP
import MCP

/// Louver's own question to an upstream: which tools it has, over all pages. On the wire with sessions it opens one and ends it.
struct ToolInquiry {
    let upstream: any UpstreamDoor
    let credential: [UInt8]?
    let isModern: Bool
    let deadline: Instant

    /// Asks for every page; at most `Limits.listPagesMax`.
    func tools() async throws -> [ToolDefinition] {
        guard !isModern else { return try await pages(session: nil) }
        let session = try await open()
        do {
            let tools = try await pages(session: session)
            await end(session)
            return tools
        } catch {
            await end(session)
            throw error
        }
    }

    private func pages(session: LegacySession?) async throws -> [ToolDefinition] {
        var tools: [ToolDefinition] = []
        var cursor: [UInt8]?
        for _ in 0..<Limits.listPagesMax {
            let request = request(session)
            if isModern { request.fields.append("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n") }
            ToolPage.writeRequest(era: isModern ? .modern : .legacy, cursor: cursor, into: &request.body)
            guard let page = ToolPage(try await answer(request).message) else { throw Failure(.upstream, "tools_unlisted") }
            tools += page.tools
            guard tools.count <= Limits.listEntriesMax else { throw Failure(.upstream, "tools_unlisted", detail: "too many tools") }
            guard let next = page.cursor else { return tools }
            cursor = next
        }
        throw Failure(.upstream, "tools_unlisted", detail: "too many pages")
    }

    // MARK: Sessions

    private func open() async throws -> LegacySession {
        let request = request(nil)
        request.body.append(
            """
            {"jsonrpc":"2.0","id":"louver-initialize","method":"initialize","params":{"protocolVersion":"2025-11-25",\
            "capabilities":{},"clientInfo":{"name":"louver","version":"1"}}}
            """)
        let (message, sessionID) = try await answer(request)
        var unused = ByteBuffer()
        guard let version = try HandshakeFilter().writeInitialize(WholeReply(message), into: &unused) else {
            throw Failure(.upstream, "tools_unlisted", detail: "it does not initialize")
        }
        let session = LegacySession(upstreamID: sessionID ?? [], version: version, issued: WallTime(nanoseconds: 0))
        let ready = self.request(session)
        ready.body.append("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
        let reply = try await upstream.send(ready)
        _ = try await reply.whole(atMost: Limits.heldReplyBytesMax)
        reply.finish()
        return session
    }

    /// Best effort: what is left of the session ends by the upstream's own timeout.
    private func end(_ session: LegacySession) async {
        guard !session.upstreamID.isEmpty else { return }
        let request = OutboundRequest()
        request.verb = .endSession
        request.deadline = deadline
        UpstreamFields.writeSessionRequest(session: session.upstreamID, version: session.version, into: &request.fields)
        request.authorize(credential)
        guard let reply = try? await upstream.send(request) else { return }
        _ = try? await reply.whole(atMost: Limits.heldReplyBytesMax)
        reply.finish()
    }

    // MARK: Messages

    private func request(_ session: LegacySession?) -> OutboundRequest {
        let request = OutboundRequest()
        request.deadline = deadline
        // An initialize states no version, the first revision that has the header is the one it asks for.
        UpstreamFields.writeSessionPost(session: session?.upstreamID ?? [], version: session?.version ?? .march2025, into: &request.fields)
        request.authorize(credential)
        return request
    }

    /// Sends a request and reads messages until its answer.
    private func answer(_ request: OutboundRequest) async throws -> (message: [UInt8], session: [UInt8]?) {
        let reply = try await upstream.send(request)
        defer { reply.finish() }
        guard reply.status == 200 else { throw Failure(.upstream, "tools_unlisted", detail: "status \(reply.status)") }
        var text = ByteBuffer()
        while true {
            let step = try await reply.next(wake: .never)
            guard step != .end else { throw Failure(.upstream, "ended_without_answer") }
            guard step == .bytes else { continue }
            var start = 0
            for end in reply.piece.ends {
                append(reply, start, end.offset, to: &text)
                start = end.offset
                let message = text.takeAll()
                if end.isMessage, try WholeReply(message).isAnswer { return (message, reply.sessionID) }
            }
            append(reply, start, reply.piece.bytes.readableCount, to: &text)
            if text.readableCount > Limits.wholeReplyBytesMax { throw Failure(.upstream, "reply_too_large") }
        }
    }

    private func append(_ reply: any UpstreamReply, _ start: Int, _ end: Int, to text: inout ByteBuffer) {
        reply.piece.bytes.withReadable { text.append(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    }
}
