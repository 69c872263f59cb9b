import Core
import JSON
import Testing

@testable import MCP

/// Tasks of 2025-11-25 in replies: their ids are Louver's own, and what they say is scrubbed like any reply.
@Suite struct ReplyTaskTests {
    private static let seal = Sample.seal.tasks(principal: [1], route: [2])
    private static let made = #""task":{"taskId":"t-1","status":"working","statusMessage":"LEAK","ttl":60000,"pollInterval":5}"#

    private func run(_ members: String, _ method: String, _ params: String, _ terms: TaskTerms?) throws -> Rewriting {
        let inbound = try Sample.legacy(method, params: params, version: "2025-11-25").classify()
        return Rewriting(Rewriting.result(members), ReplyExpectation(to: inbound, id: Sample.upstreamID, tasks: terms))
    }

    private func call(_ members: String, _ terms: TaskTerms?) throws -> Rewriting {
        try run(members, "tools/call", #""name":"work","task":{"ttl":60000}"#, terms)
    }

    private func about(_ id: String) throws -> TaskTerms {
        TaskTerms(Self.seal, about: try #require(Self.seal.seal([UInt8](id.utf8), tool: [UInt8]("work".utf8))))
    }

    private func result(_ run: Rewriting) throws -> JSONNode {
        try #require(try JSONDocument.parse([UInt8](run.output.utf8)).root["result"])
    }

    @Test func aCallThatBecomesATaskGetsAnIDOfLouvers() throws {
        let run = try call(
            Self.made + #","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t-1"}}"#,
            TaskTerms(Self.seal, calling: [UInt8]("work".utf8)))
        #expect(run.failure == nil)
        let task = try #require(try result(run)["task"])
        let id = try #require(task["taskId"]?.string)
        let opened = try #require(Self.seal.open(id))
        #expect(opened.upstreamID == [UInt8]("t-1".utf8) && opened.tool == [UInt8]("work".utf8))
        #expect(task["statusMessage"]?.equals("GONE" as StaticString) == true)
        #expect(task["status"]?.equals("working" as StaticString) == true)
        #expect(try result(run)["_meta"]?["io.modelcontextprotocol/related-task"]?["taskId"]?.string == id)
        #expect(!run.output.contains("t-1"))
    }

    @Test func anIDIsOfUseToNobodyElse() throws {
        let task = try #require(Self.seal.seal([UInt8]("t".utf8), tool: []))
        #expect(Self.seal.open(task.clientID) == task)
        for other in [Sample.seal.tasks(principal: [3], route: [2]), Sample.seal.tasks(principal: [1], route: [3])] {
            #expect(other.open(task.clientID) == nil)
        }
        for forged in ["", "t", "AAAA", String(repeating: "A", count: 5_000)] { #expect(Self.seal.open([UInt8](forged.utf8)) == nil) }
        for id in ["", "a b", "a\"b", #"a\b"#, "ä", String(repeating: "x", count: Limits.taskIDBytesMax + 1)] {
            #expect(Self.seal.seal([UInt8](id.utf8), tool: []) == nil, "\(id)")
        }
    }

    @Test(arguments: ["tasks/get", "tasks/cancel"]) func aTaskIsToldUnderTheClientsID(method: String) throws {
        let terms = try about("t-1")
        let mine = #""taskId":"t-1","status":"completed","statusMessage":"LEAK""#
        let run = try run(mine, method, #""taskId":"x""#, terms)
        #expect(try result(run)["taskId"]?.string == terms.task?.clientID)
        #expect(run.output.contains("GONE"))
        let other = try self.run(#""taskId":"t-2","status":"completed""#, method, #""taskId":"x""#, terms)
        #expect(other.failure == ReplyFailure("task_id"), "another task than the one that was asked about")
    }

    @Test func aResultIsScrubbedAsTheCallsOwn() throws {
        let terms = try about("t-1")
        let members =
            #""content":[{"type":"text","text":"LEAK"}],"structuredContent":{"pin":7},"#
            + #""_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t-1"}}"#
        let run = try run(members, "tasks/result", #""taskId":"x""#, terms)
        #expect(run.output.contains(#""text":"GONE""#) && run.output.contains(#""pin":0"#))
        #expect(try result(run)["_meta"]?["io.modelcontextprotocol/related-task"]?["taskId"]?.string == terms.task?.clientID)
    }

    @Test func whereNobodyMayHaveTasksTheWordsAreText() throws {
        let run = try call(Self.made.replacing("working", with: "LEAK"), nil)
        #expect(run.failure == nil)
        #expect(run.output.contains(#""taskId":"t-1""#) && !run.output.contains("LEAK"))
    }

    @Test func aListHoldsTheReadersOwn() throws {
        let reply = Rewriting.result(
            #""tasks":[{"taskId":"mine","status":"working"},{"taskId":"theirs"},7,{"status":"x"}],"nextCursor":"c""#)
        var out = ByteBuffer()
        let hidden = try TaskList.write(try WholeReply([UInt8](reply.utf8)), into: &out) {
            $0 == [UInt8]("mine".utf8) ? [UInt8]("sealed".utf8) : nil
        }
        #expect(hidden == 3)
        let text = String(decoding: out.takeAll(), as: UTF8.self)
        #expect(text == Rewriting.result(#""tasks":[{"taskId":"sealed","status":"working"}],"nextCursor":"c""#))
        #expect(try run(#""tasks":[{"taskId":"sealed","status":"working"}]"#, "tasks/list", "", nil).output.contains(#""taskId":"sealed""#))
    }

    @Test func whatIsPromisedIsWhatIsAllowed() throws {
        let members =
            #""protocolVersion":"2025-11-25","#
            + #""capabilities":{"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}},"x":{}},"y":1}}"#
        for (promised, expected) in [
            (ServerCapabilities.all, "{}"), ([.tasks], #"{"tasks":{"requests":{"tools":{"call":{}}}}}"#),
            ([.tasks, .taskCancel, .taskList], #"{"tasks":{"requests":{"tools":{"call":{}}},"cancel":{},"list":{}}}"#),
        ] as [(ServerCapabilities, String)] {
            var out = ByteBuffer()
            _ = try HandshakeFilter(capabilities: promised).writeInitialize(WholeReply([UInt8](Rewriting.result(members).utf8)), into: &out)
            #expect(String(decoding: out.takeAll(), as: UTF8.self).contains(#""capabilities":\#(expected)"#))
        }
    }

    @Test func aTaskGoesUpUnderTheServersID() throws {
        let get = Sample.legacy("tasks/get", params: #""taskId":"client""#, version: "2025-11-25")
        var request = UpstreamRequest(try get.classify(), id: Sample.upstreamID)
        request.taskID = [UInt8]("t-1".utf8)
        #expect(Sample.text { request.writeBody(into: &$0) }.contains(#""params":{"taskId":"t-1"}"#))
        let call = Sample.legacy("tools/call", params: #""name":"a","task":{"ttl":1,"x":2}"#, version: "2025-11-25")
        var made = UpstreamRequest(try call.classify(), id: Sample.upstreamID)
        made.mayBecomeTask = true
        #expect(Sample.text { made.writeBody(into: &$0) }.contains(#""task":{"ttl":1}"#))
    }

    @Test func aToolsPromiseOfTasksStaysWhereThereAreSome() throws {
        let page = Rewriting.result(#""tools":[{"name":"a","inputSchema":{},"execution":{"taskSupport":"optional"}}]"#)
        for keeps in [true, false] {
            var out = ByteBuffer()
            let filter = try #require(ListFilter(.toolsList, keepsTasks: keeps))
            _ = try filter.write(WholeReply([UInt8](page.utf8)), into: &out) { _, _ in
                true
            } learn: { _, _ in
            }
            #expect(String(decoding: out.takeAll(), as: UTF8.self).contains("taskSupport") == keeps)
        }
    }
}
