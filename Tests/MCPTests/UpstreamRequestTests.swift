import Core
import HTTP
import JSON
import Testing

@testable import MCP

@Suite struct UpstreamRequestTests {
    private func body(_ post: Post, _ change: (inout UpstreamRequest) -> Void = { _ in }) throws -> String {
        var request = UpstreamRequest(try post.classify(), id: Sample.upstreamID)
        change(&request)
        return Sample.text { request.writeBody(into: &$0) }
    }

    @Test func aModernCallKeepsOnlyWhatWasDecidedOn() throws {
        var post = Sample.call(arguments: #"{ "n" : 1.50, "s":"\u0061" }"#, more: #","inputResponses":{"a":1},"requestState":"x""#)
        post = post.withMeta(
            #","progressToken":"t","io.modelcontextprotocol/clientInfo":{"name":"c"},"fastmcp":{"version":"2"},"traceparent":"00-a""#)
        #expect(
            try body(post)
                == #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","method":"tools/call","params":{"name":"get_dag","#
                + #""arguments":{"n":1.50,"s":"a"},"#
                + #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"#
                + #""progressToken":"\#(Sample.upstreamText)","io.modelcontextprotocol/clientInfo":{"name":"c"},"traceparent":"00-a"}}}"#)
    }

    @Test func forcedArgumentsReplaceTheClients() throws {
        let forced = [UInt8](#"{"dry_run":true}"#.utf8)
        #expect(try body(Sample.call()) { $0.arguments = forced }.contains(#""arguments":{"dry_run":true}"#))
        let bare = Sample.legacy("tools/call", params: "\"name\":\"a\"")
        #expect(
            try body(bare) { $0.arguments = forced }
                == #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","method":"tools/call","#
                + #""params":{"name":"a","arguments":{"dry_run":true}}}"#
        )
    }

    @Test func capabilitiesAreThoseARuleAllows() throws {
        let post = Sample.call().withCapabilities(
            #"{"sampling":{},"elicitation":{"form":{}},"roots":{},"tasks":{},"experimental":{"x":{}},"#
                + #""extensions":{"io.modelcontextprotocol/ui":{}}}"#
        )
        #expect(try body(post).contains(#"clientCapabilities":{}"#))
        #expect(try body(post) { $0.features = [.elicitation] }.contains(#"clientCapabilities":{"elicitation":{"form":{}}}"#))
        #expect(try body(Sample.initialize).contains(#""capabilities":{}"#))
        #expect(try body(Sample.initialize) { $0.features = [.sampling] }.contains(#""capabilities":{"sampling":{}}"#))
    }

    @Test func answersGoOnlyWhereQuestionsMay() throws {
        let post = Sample.call(more: #","inputResponses":{"a":{}},"requestState":"s""#)
        #expect(!(try body(post).contains("requestState")))
        let allowed = try body(post) {
            $0.features = [.elicitation]
            $0.requestState = [UInt8](#"the server's, \u00e4"#.utf8)
        }
        #expect(allowed.contains(#""inputResponses":{"a":{}},"requestState":"the server's, \u00e4""#))
        // A server that gave none gets none.
        #expect(!(try body(post) { $0.features = [.elicitation] }.contains("requestState")))
    }

    @Test func initializeAsksForAVersionLouverKnows() throws {
        var post = Sample.initialize
        post.body = post.body.replacing("2025-06-18", with: "2099-01-01")
        #expect(try body(post).contains(#""protocolVersion":"2025-11-25""#))
    }

    @Test func tasksAreStripped() throws {
        #expect(!(try body(Sample.legacy("tools/call", params: "\"name\":\"a\",\"task\":{\"ttl\":1}")).contains("task")))
        let listen = Sample.modern(
            "subscriptions/listen", params: #""notifications":{"toolsListChanged":true,"taskIds":["t"],"resourceSubscriptions":["a://1"]}"#)
        #expect(try body(listen).contains(#""notifications":{"toolsListChanged":true,"resourceSubscriptions":["a://1"]}"#))
    }

    @Test func aCancellationNamesTheUpstreamID() throws {
        let post = Sample.legacy("notifications/cancelled", id: nil, params: "\"requestId\":1,\"reason\":\"enough\"")
        #expect(
            try body(post) { $0.cancelled = UpstreamID(instance: 0, serial: 1) }
                == #"{"jsonrpc":"2.0","method":"notifications/cancelled","#
                + #""params":{"requestId":"00000000000000000000000000000001","reason":"enough"}}"#
        )
    }

    @Test func aCancellationOfLouversOwn() {
        #expect(
            Sample.text { UpstreamRequest.writeCancellation(of: Sample.upstreamID, reason: "deadline", into: &$0) }
                == #"{"jsonrpc":"2.0","method":"notifications/cancelled","#
                + #""params":{"requestId":"\#(Sample.upstreamText)","reason":"deadline"}}"#)
    }

    @Test func legacyMetaLosesWhatIsModernOrUnknown() throws {
        let post = Sample.legacy(
            "tools/call", params: #""name":"a","_meta":{"progressToken":1,"io.modelcontextprotocol/related-task":{"taskId":"t"},"x":2}"#)
        #expect(try body(post).contains(#""_meta":{"progressToken":"\#(Sample.upstreamText)"}"#))
    }

    @Test func modernFields() throws {
        let post = Sample.modern(
            "tools/call", params: "\"name\":\"g\\u00e4t\"", name: "=?base64?Z8OkdA==?=",
            fields: [("Mcp-Param-Zone", "eu"), ("Cookie", "a=b")])
        let request = UpstreamRequest(try post.classify(), id: Sample.upstreamID)
        let head = try post.head
        #expect(
            Sample.text { request.writeFields(client: head.fields, into: &$0) }
                == "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAccept-Encoding: identity\r\n"
                + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: =?base64?Z8OkdA==?=\r\nMcp-Param-Zone: eu\r\n")
    }

    @Test func aHeaderNobodyRecognisesGoesOnBesideThoseThatMirror() throws {
        let schema = try Sample.json(#"{"properties":{"dag_id":{"type":"string","x-mcp-header":"Dag"}}}"#)
        let mirrored = try #require(ParameterHeaders(schema: schema))
        let post = Sample.call(fields: [("mcp-param-dag", "=?base64?YQ==?="), ("Mcp-Param-Zone", "eu")])
        let request = UpstreamRequest(try post.classify(), id: Sample.upstreamID)
        let head = try post.head
        let fields = Sample.text { request.writeFields(parameters: mirrored, client: head.fields, into: &$0) }
        #expect(fields.hasSuffix("Mcp-Name: get_dag\r\nMcp-Param-Dag: a\r\nMcp-Param-Zone: eu\r\n"))
    }

    @Test func forcedArgumentsAreMirroredInsteadOfTheClients() throws {
        let schema = try Sample.json(#"{"properties":{"dag_id":{"type":"string","x-mcp-header":"Dag"}}}"#)
        let mirrored = try #require(ParameterHeaders(schema: schema))
        let forced = #"{"dag_id":"b"}"#
        let request = UpstreamRequest(
            try Sample.call(fields: [("Mcp-Param-Dag", "a")]).classify(), id: Sample.upstreamID, arguments: [UInt8](forced.utf8))
        let sent = try Sample.json(forced)
        #expect(Sample.text { request.writeFields(parameters: mirrored, sentArguments: sent, into: &$0) }.hasSuffix("Mcp-Param-Dag: b\r\n"))
    }

    @Test func legacyFields() throws {
        let common = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAccept-Encoding: identity\r\n"
        let call = UpstreamRequest(try Sample.legacy("tools/list").classify(), id: Sample.upstreamID)
        #expect(
            Sample.text { call.writeFields(session: [UInt8]("s1".utf8), into: &$0) }
                == common + "MCP-Protocol-Version: 2025-06-18\r\nMcp-Session-Id: s1\r\n")
        let initialize = UpstreamRequest(try Sample.initialize.classify(), id: Sample.upstreamID)
        #expect(Sample.text { initialize.writeFields(into: &$0) } == common)
        let old = UpstreamRequest(try Sample.legacy("tools/list", version: "2025-03-26").classify(), id: Sample.upstreamID)
        #expect(Sample.text { old.writeFields(into: &$0) } == common)
    }

    @Test func sessionRequestFields() {
        #expect(
            Sample.text { UpstreamFields.writeSessionRequest(session: [UInt8]("s".utf8), version: .november2025, into: &$0) }
                == "Accept: text/event-stream\r\nAccept-Encoding: identity\r\nMCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: s\r\n")
    }
}

extension Post {
    /// The same with other client capabilities.
    func withCapabilities(_ text: String) -> Post {
        var post = self
        post.body = body.replacing("clientCapabilities\":{}", with: "clientCapabilities\":\(text)")
        return post
    }
}
