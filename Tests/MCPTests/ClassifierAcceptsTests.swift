import Core
import JSON
import Testing

@testable import MCP

@Suite struct ClassifierAcceptsTests {
    @Test func aModernCall() throws {
        let inbound = try Sample.call(id: "\"a\"").withMeta(#","progressToken":7,"x":1"#).classify()
        #expect(inbound.era == .modern)
        #expect(inbound.method == .toolsCall)
        #expect(inbound.version == .july2026)
        #expect(inbound.requestID?.text == [UInt8]("\"a\"".utf8))
        #expect(inbound.target?.kind == .tool)
        #expect(inbound.target?.name == [UInt8]("get_dag".utf8))
        #expect(inbound.arguments?["dag_id"]?.equals("a" as StaticString) == true)
        #expect(inbound.progressToken?.text == [UInt8]("7".utf8))
        #expect(!inbound.carriesInput)
    }

    @Test(arguments: [
        ("any type", "*/*"), ("both wildcards", "application/*, text/*"), ("with weights", "text/event-stream;q=0.5, application/json"),
    ])
    func acceptLists(_ name: String, _ accept: String) throws {
        #expect(try Sample.call(fields: [("Accept", accept)]).refusal() == nil, "\(name)")
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""])
    func contentTypes(_ type: String) throws {
        #expect(try Sample.call(fields: [("Content-Type", type)]).refusal() == nil)
    }

    @Test func aNameThatMustBeEncoded() throws {
        let post = Sample.modern("tools/call", params: "\"name\":\"g\\u00e4t\"", name: "=?base64?Z8OkdA==?=")
        #expect(try post.classify().target?.name == [UInt8]("gät".utf8))
    }

    @Test func sessionAndResumptionHeadersAreIgnoredOnTheModernWire() throws {
        #expect(try Sample.call(fields: [("Mcp-Session-Id", "s"), ("Last-Event-ID", "1")]).refusal() == nil)
    }

    @Test(arguments: [
        ("stated", "2025-11-25", ProtocolVersion.november2025), ("not stated", "", .march2025), ("oldest", "2024-11-05", .november2024),
    ])
    func legacyVersions(_ name: String, _ stated: String, _ version: ProtocolVersion) throws {
        let header = stated.isEmpty ? nil : stated
        let inbound = try Sample.legacy("tools/call", params: "\"name\":\"a\",\"task\":{\"ttl\":1}", version: header).classify()
        #expect(inbound.era == .legacy)
        #expect(inbound.version == version)
        #expect((inbound.statedVersion == nil) == (header == nil))
    }

    @Test(arguments: [
        ("known", "2025-03-26", ProtocolVersion.march2025), ("modern", "2026-07-28", .november2025),
        ("ancient", "1999-01-01", .november2025),
    ])
    func initializeAsksForWhatThereIs(_ name: String, _ wanted: String, _ asked: ProtocolVersion) throws {
        var post = Sample.initialize
        post.body = post.body.replacing("2025-06-18", with: wanted)
        let inbound = try post.classify()
        #expect(inbound.era == .legacy)
        #expect(inbound.version == asked)
    }

    @Test func aNotification() throws {
        let inbound = try Sample.legacy("notifications/initialized", id: nil).classify()
        #expect(inbound.kind == .notification)
        #expect(inbound.method.isForwardedNotification(in: .legacy))
        let modern = try Post(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, [("MCP-Protocol-Version", "2026-07-28")]
        ).classify()
        #expect(modern.era == .modern)
        #expect(!modern.method.isForwardedNotification(in: .modern))
        let progress = try Sample.legacy("notifications/progress", id: nil, params: "\"progressToken\":1,\"progress\":2").classify()
        #expect(!progress.method.isForwardedNotification(in: .legacy))
    }

    @Test func aCancellationNamesItsRequest() throws {
        let inbound = try Sample.legacy("notifications/cancelled", id: nil, params: "\"requestId\":\"a\"").classify()
        #expect(inbound.cancelledID?.text == [UInt8]("\"a\"".utf8))
        #expect(try Sample.call().classify().cancelledID == nil)
    }

    @Test func aResponseOnTheLegacyWire() throws {
        let inbound = try Post(#"{"jsonrpc":"2.0","id":"s-1","result":{"roots":[]}}"#, [("MCP-Protocol-Version", "2025-06-18")]).classify()
        #expect(inbound.kind == .response(try #require(RequestID(try Sample.json("\"s-1\"")))))
        #expect(inbound.method == .response)
        #expect(inbound.requestID == nil)
    }

    @Test func aBigIntegerID() throws {
        let inbound = try Sample.call(id: "123456789012345678901234567890").classify()
        #expect(inbound.requestID?.text == [UInt8]("123456789012345678901234567890".utf8))
    }

    @Test func listenNamesItsResources() throws {
        let inbound = try Sample.modern(
            "subscriptions/listen", params: #""notifications":{"toolsListChanged":true,"resourceSubscriptions":["a://1","a://2"]}"#
        ).classify()
        var names: [String] = []
        inbound.forEachListenedResource { names.append(String(decoding: $0.name, as: UTF8.self)) }
        #expect(names == ["a://1", "a://2"])
        #expect(inbound.method.lane == .perEvent)
    }

    @Test(arguments: [
        ("prompt", #""ref":{"type":"ref/prompt","name":"p"}"#, GuardedKind.prompt, "p"),
        ("template", #""ref":{"type":"ref/resource","uri":"a://{b}"}"#, .resourceTemplate, "a://{b}"),
    ])
    func completionsAreGuardedByTheirReference(_ name: String, _ ref: String, _ kind: GuardedKind, _ target: String) throws {
        let inbound = try Sample.legacy("completion/complete", params: ref + #","argument":{"name":"a","value":"b"}"#).classify()
        #expect(inbound.target?.kind == kind)
        #expect(inbound.target?.name == [UInt8](target.utf8))
    }

    @Test func aRetryCarriesInput() throws {
        #expect(try Sample.call(more: #","requestState":"x""#).classify().carriesInput)
        #expect(try Sample.call(more: #","inputResponses":{}"#).classify().carriesInput)
    }

    @Test func versionsAreNamedInTheRefusal() throws {
        let refusal = try #require(try Sample.call().refusal(.handshake))
        #expect(
            Sample.text { ErrorReply.write(refusal, into: &$0) }
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported protocol version","data":"#
                + #"{"supported":["2024-11-05","2025-03-26","2025-06-18","2025-11-25"],"requested":"2026-07-28"}}}"#)
    }
}
