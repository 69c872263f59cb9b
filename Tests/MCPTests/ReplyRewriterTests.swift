import Core
import JSON
import TestSupport
import Testing

@testable import MCP

@Suite struct ReplyRewriterTests {
    @Test(arguments: ["1", "\"1\"", "0", "-3", "123456789012345678901234567890", #""\u0061\/""#])
    func theClientsIDComesBackExactly(_ id: String) throws {
        let run = try Rewriting(Rewriting.result(#""content":[],"resultType":"complete""#), answering: Sample.call(id: id))
        #expect(run.output == #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[],"resultType":"complete"}}"#)
        #expect(run.verdict == .response(isError: false))
    }

    @Test func orderAndWhiteSpaceStay() throws {
        let message =
            "{ \"result\" : {\"isError\":false ,\n \"content\": [ {\"type\":\"text\", \"text\":\"a\"} ] } ,"
            + "\"id\":\"\(Sample.upstreamText)\", \"jsonrpc\":\"2.0\" }\n"
        let run = try Rewriting(message)
        #expect(run.output == message.replacing("\"\(Sample.upstreamText)\"", with: "1"))
    }

    @Test func freeTextIsScrubbedAndCounted() throws {
        let run = try Rewriting(
            Rewriting.result(
                #""_meta":{"a":"LEAK","LEAK":1},"content":[{"type":"text","text":"x LEAK"}],"#
                    + #""structuredContent":{"pin":1234,"LEAK":["LEAK"]},"extra":"LEAK""#
            ))
        #expect(
            run.output
                == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x GONE"}],"#
                + #""structuredContent":{"pin":0,"GONE":["GONE"]},"#
                + #""extra":"GONE","_meta":{"a":"GONE","GONE":1,"io.louver/redactions":{"leak":6}}}}"#)
        #expect(run.scrubber.depth == 0)
    }

    @Test(arguments: [
        ("first", #""_meta":{"a":1},"content":[]"#, #""content":[],"_meta":{"a":1}"#),
        ("between", #""content":[], "_meta" : {"a":1} ,"isError":true"#, #""content":[] ,"isError":true,"_meta":  {"a":1}"#),
        ("last", #""content":[],"_meta":{"a":1}"#, #""content":[],"_meta":{"a":1}"#),
        ("alone", #""_meta":{"a":1}"#, #""_meta":{"a":1}"#), ("empty", #""_meta":{},"content":[]"#, #""content":[],"_meta":{}"#),
        ("null", #""_meta":null,"content":[]"#, #""content":[]"#), ("absent", #""content":[]"#, #""content":[]"#),
        ("forged", #""_meta":{"a":1,"io.louver/redactions":{"x":0},"b":2},"content":[]"#, #""content":[],"_meta":{"a":1,"b":2}"#),
        ("forged only", #""_meta":{"IO.louver/refusal":{}},"content":[]"#, #""content":[],"_meta":{}"#),
    ])
    func metaComesLast(_ place: String, _ members: String, _ expected: String) throws {
        let run = try Rewriting(Rewriting.result(members))
        #expect(run.output == #"{"jsonrpc":"2.0","id":1,"result":{\#(expected)}}"#, "\(place)")
    }

    @Test(arguments: [
        ("no meta", #""content":"LEAK""#, #""content":"GONE","_meta":{"io.louver/redactions":{"leak":1}}"#),
        ("empty meta", #""_meta":{},"content":"LEAK""#, #""content":"GONE","_meta":{"io.louver/redactions":{"leak":1}}"#),
        ("empty result but meta", #""_meta":{"a":"LEAK"}"#, #""_meta":{"a":"GONE","io.louver/redactions":{"leak":1}}"#),
    ])
    func countsAreAppended(_ name: String, _ members: String, _ expected: String) throws {
        #expect(try Rewriting(Rewriting.result(members)).output == #"{"jsonrpc":"2.0","id":1,"result":{\#(expected)}}"#, "\(name)")
    }

    @Test func cacheScopeIsPrivateAndCursorsAreUntouched() throws {
        let run = try Rewriting(
            Rewriting.result(#""tools":[],"nextCursor":"LEAK","ttlMs":5,"cacheScope":"public""#), answering: Sample.modern("tools/list"))
        #expect(run.output.contains(#""nextCursor":"LEAK","ttlMs":5,"cacheScope":"private""#))
    }

    @Test func errorsAreScrubbed() throws {
        let run = try Rewriting(
            #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","error":{"code":-32000,"message":"LEAK","data":{"k":["LEAK"]}}}"#)
        #expect(run.output == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"GONE","data":{"k":["GONE"]}}}"#)
        #expect(run.verdict == .response(isError: true))
    }

    @Test func anyCutGivesTheSameOutput() throws {
        let message =
            #" {"result":{"_meta":{"a":"LEAK \u00e4","io.louver/x":[1,{"y":2}]}, "content":[{"type":"text","#
            + #""text":"ä\ud83d\ude00 LEAK\n"},{"type":"image","data":"AAAA","mimeType":"image/png"}],"#
            + #""structuredContent":{"n":[1.5e3,null,true,{"pin":42}]},"resultType":"complete"},"jsonrpc":"2.0","#
            + #""id":"\#(Sample.upstreamText)"} "#
        let whole = try Rewriting(message)
        #expect(whole.failure == nil)
        var generator = SeededGenerator(seed: 3)
        for round in 0..<200 {
            let longest = [1, 2, 5, 40][round % 4]
            let run = try Rewriting(message, pieces: generator.pieces(of: [UInt8](message.utf8), longest: longest))
            #expect(run.output == whole.output)
            #expect(run.verdict == whole.verdict)
        }
    }

    @Test func theKindIsToldAsSoonAsItIsKnown() throws {
        let expectation = ReplyExpectation(to: try Sample.call().classify(), id: Sample.upstreamID)
        let rewriter = ReplyRewriter(expectation, scrubber: OpenScrubber())
        func push(_ text: String) throws { try rewriter.push([UInt8](text.utf8).span) }
        try push(#"{"jsonrpc":"2.0","#)
        #expect(rewriter.kind == .undecided && !rewriter.isEnvelopeVerified)
        try push(#""result":{"content":[]"#)
        #expect(rewriter.kind == .result && !rewriter.isEnvelopeVerified && !rewriter.isComplete)
        try push(#"},"id":"\#(Sample.upstreamText)""#)
        #expect(rewriter.isEnvelopeVerified && !rewriter.isComplete)
        try push("}")
        #expect(rewriter.isComplete)
        #expect(try rewriter.finish() == .response(isError: false))
        rewriter.begin(expectation)
        #expect(rewriter.kind == .undecided && rewriter.outputCount == 0)
        #expect(throws: ReplyFailure("reply_truncated")) { try rewriter.finish() }
    }

    @Test(arguments: [
        ("wrong id", #"{"jsonrpc":"2.0","id":"other","result":{}}"#, "reply_id"),
        ("the client's own id", #"{"jsonrpc":"2.0","id":1,"result":{}}"#, "reply_id"),
        ("id null", #"{"jsonrpc":"2.0","id":null,"result":{}}"#, "reply_id"), ("id missing", #"{"jsonrpc":"2.0","result":{}}"#, "reply_id"),
        ("wrong id last", #"{"jsonrpc":"2.0","result":{},"id":2}"#, "reply_id"),
        ("id an object", #"{"jsonrpc":"2.0","id":{},"result":{}}"#, "reply_shape"),
        ("error with a foreign id", #"{"jsonrpc":"2.0","id":"server-error","error":{"code":1,"message":""}}"#, "reply_id"),
        ("result and error", #"{"jsonrpc":"2.0","id":"ID","result":{},"error":{"code":1,"message":""}}"#, "reply_ambiguous"),
        ("result and method", #"{"jsonrpc":"2.0","id":"ID","result":{},"method":"ping"}"#, "reply_ambiguous"),
        ("neither", #"{"jsonrpc":"2.0","id":"ID"}"#, "reply_shape"), ("no version", #"{"id":"ID","result":{}}"#, "reply_version"),
        ("another version", #"{"jsonrpc":"1.0","id":"ID","result":{}}"#, "reply_version"),
        ("result twice", #"{"jsonrpc":"2.0","id":"ID","result":{},"result":{}}"#, "reply_json"),
        ("id twice, escaped", #"{"jsonrpc":"2.0","id":"ID","\u0069d":"ID","result":{}}"#, "reply_json"),
        ("name twice in the result", #"{"jsonrpc":"2.0","id":"ID","result":{"content":[],"content":[]}}"#, "reply_json"),
        ("result a list", #"{"jsonrpc":"2.0","id":"ID","result":[]}"#, "reply_shape"),
        ("result a string", #"{"jsonrpc":"2.0","id":"ID","result":"x"}"#, "reply_shape"),
        ("result null", #"{"jsonrpc":"2.0","id":"ID","result":null}"#, "reply_shape"),
        ("meta a list", #"{"jsonrpc":"2.0","id":"ID","result":{"_meta":[]}}"#, "reply_shape"),
        ("error without code", #"{"jsonrpc":"2.0","id":"ID","error":{"message":"x"}}"#, "reply_shape"),
        ("error with a fraction", #"{"jsonrpc":"2.0","id":"ID","error":{"code":1.5,"message":"x"}}"#, "reply_shape"),
        ("error a string", #"{"jsonrpc":"2.0","id":"ID","error":"x"}"#, "reply_shape"), ("a batch", "[]", "reply_shape"),
        ("a number", "1", "reply_shape"), ("nothing", "", "reply_truncated"), ("HTML", "<html>", "reply_json"),
        ("truncated", #"{"jsonrpc":"2.0","id":"ID","result":{"#, "reply_truncated"),
        ("bytes behind it", #"{"jsonrpc":"2.0","id":"ID","result":{}}{}"#, "reply_json"),
        ("unknown result type", #"{"jsonrpc":"2.0","id":"ID","result":{"resultType":"partial"}}"#, "result_type"),
        ("a task", #"{"jsonrpc":"2.0","id":"ID","result":{"resultType":"task","taskId":"t"}}"#, "result_type"),
        ("result type a number", #"{"jsonrpc":"2.0","id":"ID","result":{"resultType":1}}"#, "reply_shape"),
        ("params before method", #"{"jsonrpc":"2.0","params":{},"method":"notifications/message"}"#, "params_before_method"),
    ])
    func hostileRepliesAreRefused(_ fault: String, _ message: String, _ reason: String) throws {
        let run = try Rewriting(message.replacing("\"ID\"", with: "\"\(Sample.upstreamText)\""))
        #expect(run.failure?.reason.description == reason, "\(fault): \(String(describing: run.verdict))")
        #expect(run.failure?.code == .upstreamFailed)
    }

    @Test(arguments: [
        ("tool name", "tools/list", #""tools":[{"name":"LEAK"}]"#),
        ("property name", "tools/list", #""tools":[{"inputSchema":{"properties":{"LEAK":{}}}}]"#),
        ("content type", "tools/call", #""content":[{"type":"LEAK"}]"#),
        ("resource URI", "resources/list", #""resources":[{"uri":"LEAK"}]"#),
    ])
    func aSecretInAProtocolFieldWithholds(_ name: String, _ method: String, _ members: String) throws {
        let post = method == "tools/call" ? Sample.call() : Sample.modern(method)
        let run = try Rewriting(Rewriting.result(members), answering: post)
        #expect(run.failure == ReplyFailure("reply_withheld", .withheld), "\(name)")
    }

    @Test func aLargeMetaIsRefused() throws {
        let fits = String(repeating: "a", count: Limits.heldMetaBytesMax - 10)
        #expect(try Rewriting(Rewriting.result(#""_meta":{"a":"\#(fits)"}"#)).failure == nil)
        let large = fits + "aaaaaaaaaa"
        #expect(try Rewriting(Rewriting.result(#""_meta":{"a":"\#(large)"}"#)).failure == ReplyFailure("reply_meta_size"))
    }

    @Test(arguments: [
        (
            "null id", #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"m"}}"#,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"m"}}"#
        ),
        (
            "word for an id, last", #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"m"},"id":"server-error"}"#,
            #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"m"},"id":1}"#
        ),
        (
            "no id", #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"m"}}"#,
            #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"m"},"id":1}"#
        ),
    ])
    func anErrorTheTransportTiesToTheRequestMayHaveAnotherID(_ name: String, _ message: String, _ expected: String) throws {
        let run = try Rewriting(message, tolerant: true)
        #expect(run.output == expected, "\(name)")
        #expect(run.verdict == .response(isError: true))
        #expect(try Rewriting(#"{"jsonrpc":"2.0","id":null,"result":{}}"#, tolerant: true).failure == ReplyFailure("reply_id"))
    }

    @Test(arguments: [("1", "1", true), ("1", "\"1\"", false), ("\"1\"", "\"1\"", true), ("\"1\"", "1", false), ("1", "2", false)])
    func aPassedIDComesBackAsItself(_ sent: String, _ answered: String, _ isOwn: Bool) throws {
        let inbound = try Sample.call(id: sent).classify()
        let requestID = try #require(inbound.requestID)
        let id = try #require(UpstreamID(passing: requestID))
        let message = #"{"jsonrpc":"2.0","id":\#(answered),"result":{}}"#
        let run = Rewriting(message, ReplyExpectation(to: inbound, id: id))
        #expect(run.failure == (isOwn ? nil : ReplyFailure("reply_id")))
        if isOwn { #expect(run.output == message) }
    }

    @Test func longWhiteSpaceIsCutAtTheSamePlaceForAnyPieces() throws {
        let message = #"{"jsonrpc":"2.0","# + String(repeating: " ", count: 5_000) + #""result":{},"id":"\#(Sample.upstreamText)"}"#
        let whole = try Rewriting(message)
        #expect(whole.output.utf8.count < 2_000)
        #expect(try Rewriting(message, pieces: [UInt8](message.utf8).map { [$0] }).output == whole.output)
    }

    @Test func aLongProtocolStringIsCutAtTheSamePlaceForAnyPieces() throws {
        // Found by fuzzing: what is kept for comparison grows by repairs.
        let name = [UInt8](repeating: 0xFF, count: 90) + [UInt8](#"\/x"#.utf8)
        let message = [UInt8](#"{"jsonrpc":"2.0","id":3,"method":"elicit"#.utf8) + name + [UInt8](#"","params":{}}"#.utf8)
        let whole = try Rewriting("", pieces: [message])
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            #expect(try Rewriting("", pieces: generator.pieces(of: message, longest: 20)).output == whole.output)
        }
    }

    @Test func membersNobodyDefinedLeaveTheEnvelope() throws {
        let run = try Rewriting(#"{"x":[{"a":"LEAK"}] , "jsonrpc":"2.0","y":1,"id":"\#(Sample.upstreamText)","result":{},"z":"q"}"#)
        #expect(run.output == #"{  "jsonrpc":"2.0","id":1,"result":{}}"#)
    }
}
