import Core
import JSON
import Testing

@testable import MCP

@Suite struct ListFilterTests {
    private func filter(
        _ method: Method, _ members: String, allows: (GuardedKind, String) -> Bool = { _, _ in true },
        learn: (String, ParameterHeaders) -> Void = { _, _ in }
    ) throws -> (text: String, outcome: ListFilter.Outcome) {
        let filter = try #require(ListFilter(method))
        var out = ByteBuffer()
        let outcome = try filter.write(
            try WholeReply([UInt8](Rewriting.result(members).utf8)), into: &out,
            allows: { kind, name in allows(kind, String(decoding: name.withUnsafeBufferPointer { [UInt8]($0) }, as: UTF8.self)) },
            learn: { name, parameters in learn(String(decoding: name.withUnsafeBufferPointer { [UInt8]($0) }, as: UTF8.self), parameters) })
        return (String(decoding: out.takeAll(), as: UTF8.self), outcome)
    }

    private func tool(_ name: String, _ more: String = "", schema: String = #"{"type":"object"}"#) -> String {
        #"{"name":"\#(name)","inputSchema":\#(schema)\#(more)}"#
    }

    @Test func hidesWhatIsNotAllowedAndKeepsTheCursor() throws {
        let (text, outcome) = try filter(
            .toolsList,
            #""tools":[\#(tool("a")),\#(tool("b")),\#(tool("c"))],"nextCursor":"x","ttlMs":1,"cacheScope":"public","_meta":{"k":1}"#
        ) { kind, name in kind == .tool && name == "b" }
        #expect(text == Rewriting.result(#""tools":[\#(tool("b"))],"nextCursor":"x","ttlMs":1,"cacheScope":"private","_meta":{"k":1}"#))
        #expect(outcome == ListFilter.Outcome(kept: 1, hidden: 2, refused: 0))
    }

    @Test func aPageMayBecomeEmpty() throws {
        let (text, _) = try filter(.toolsList, #""tools":[\#(tool("a"))],"nextCursor":"x""#) { _, _ in false }
        #expect(text == Rewriting.result(#""tools":[],"nextCursor":"x""#))
    }

    @Test(arguments: [
        (Method.promptsList, "prompts", "name", GuardedKind.prompt), (.resourcesList, "resources", "uri", .resource),
        (.resourceTemplatesList, "resourceTemplates", "uriTemplate", .resourceTemplate),
    ])
    func asksByTheNameOfTheKind(_ method: Method, _ member: String, _ key: String, _ kind: GuardedKind) throws {
        let (text, _) = try filter(method, #""\#(member)":[{"\#(key)":"yes"},{"\#(key)":"no"}]"#) { $0 == kind && $1 == "yes" }
        #expect(text == Rewriting.result(#""\#(member)":[{"\#(key)":"yes"}]"#))
    }

    @Test(arguments: [
        ("not an object", "1"), ("no name", #"{"inputSchema":{}}"#), ("empty name", #"{"name":"","inputSchema":{}}"#),
        ("name a number", #"{"name":1,"inputSchema":{}}"#), ("no schema", #"{"name":"z"}"#), ("double", #"{"name":"a","inputSchema":{}}"#),
        ("header annotation on a list", #"{"name":"z","inputSchema":{"properties":{"p":{"type":"array","x-mcp-header":"P"}}}}"#),
    ])
    func dropsMalformedEntries(_ fault: String, _ entry: String) throws {
        let (text, outcome) = try filter(.toolsList, #""tools":[\#(tool("a")),\#(entry)]"#)
        #expect(text == Rewriting.result(#""tools":[\#(tool("a"))]"#), "\(fault)")
        #expect(outcome.refused == 1, "\(fault)")
    }

    private static let odd =
        #","execution":{"taskSupport":"required","x":1},"icons":[{"src":"http://a/i"},{"src":"HTTPS://a/i"},"#
        + #"{"src":"data:image/png;base64,AA"},{"src":"data:text/html,x"},{"src":"javascript:x"},{}]"#

    @Test func stripsTaskSupportAndOddIcons() throws {
        let (text, _) = try filter(
            .toolsList,
            #""tools":[\#(tool("a", Self.odd))]"#
        )
        #expect(
            text
                == Rewriting.result(
                    #""tools":[\#(tool("a", #","execution":{"x":1},"icons":[{"src":"HTTPS://a/i"},{"src":"data:image/png;base64,AA"}]"#))]"#
                ))
    }

    @Test func tellsMirroredArguments() throws {
        var learned: [String: ParameterHeaders] = [:]
        let schema = #"{"properties":{"region":{"type":"string","x-mcp-header":"Region"}}}"#
        _ = try filter(.toolsList, #""tools":[\#(tool("a", schema: schema)),\#(tool("b")),\#(tool("c", schema: schema))]"#) {
            $1 != "c"
        } learn: {
            learned[$0] = $1
        }
        #expect(learned.keys.sorted() == ["a", "b"])
        #expect(learned["a"]?.isEmpty == false && learned["b"]?.isEmpty == true)
    }

    @Test(arguments: [#""x":1"#, #""tools":{}"#, #""tools":null"#])
    func refusesWhatIsNoList(_ members: String) {
        #expect(throws: ReplyFailure("list_shape")) { try filter(.toolsList, members) }
    }

    @Test func errorsGoOnAsTheyAre() throws {
        let message = #"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}"#
        var out = ByteBuffer()
        let filter = try #require(ListFilter(.toolsList))
        let outcome = try filter.write(try WholeReply([UInt8](message.utf8)), into: &out, allows: { _, _ in false }, learn: { _, _ in })
        #expect(String(decoding: out.takeAll(), as: UTF8.self) == message)
        #expect(outcome == ListFilter.Outcome())
    }

    @Test func otherMethodsHaveNoList() {
        #expect(ListFilter(.toolsCall) == nil)
    }

    @Test(arguments: [
        ("no JSON", "<html>", "reply_json"), ("truncated", "{", "reply_truncated"), ("a list", "[]", "reply_shape"),
        ("result a list", #"{"result":[]}"#, "reply_shape"),
    ])
    func wholeRepliesAreParsedStrictly(_ fault: String, _ message: String, _ reason: StaticString) {
        #expect(throws: ReplyFailure(reason), "\(fault)") { try WholeReply([UInt8](message.utf8)) }
    }

    @Test func wholeRepliesAreBounded() {
        let message = [UInt8](repeating: 0x20, count: Limits.wholeReplyBytesMax + 1)
        #expect(throws: ReplyFailure("reply_size")) { try WholeReply(message) }
    }
}
