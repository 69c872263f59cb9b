import Core
import JSON
import Testing

@testable import MCP

@Suite struct ErrorReplyTests {
    private func policy(_ inbound: Inbound, say: String = "") -> Denial {
        .policy(inbound, rule: [UInt8]("no-prod".utf8), say: [UInt8](say.utf8))
    }

    @Test func aRefusedToolCallIsAToolResult() throws {
        let inbound = try Sample.call(id: "\"x\"").classify()
        var out = ByteBuffer()
        let status = ErrorReply.write(policy(inbound, say: "Use staging."), for: inbound, into: &out)
        #expect(status == 200)
        #expect(
            String(decoding: out.takeAll(), as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":"x","result":{"content":[{"type":"text","text":"#
                + #""Louver refused the tool `get_dag`: rule `no-prod`. Use staging."}],"#
                + #""isError":true,"resultType":"complete","_meta":{"io.louver/refusal":{"code":4031,"rule":"no-prod"}}}}"#)
    }

    @Test func aLegacyToolResultHasNoResultType() throws {
        let inbound = try Sample.legacy("tools/call", params: "\"name\":\"a\"").classify()
        let text = Sample.text { _ = ErrorReply.write(policy(inbound), for: inbound, into: &$0) }
        #expect(text.contains("isError") && !text.contains("resultType"))
    }

    @Test func aRuleMayAskForAnError() throws {
        let inbound = try Sample.call().classify()
        let text = Sample.text { _ = ErrorReply.write(policy(inbound), for: inbound, asError: true, into: &$0) }
        #expect(text.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":4031,"message":"Louver refused"#))
        #expect(text.hasSuffix(#","data":{"code":4031,"rule":"no-prod"}}}"#))
    }

    @Test func otherMethodsGetAnError() throws {
        let inbound = try Sample.legacy("resources/read", params: "\"uri\":\"a://b\"").classify()
        let text = Sample.text { _ = ErrorReply.write(.policy(inbound, rule: []), for: inbound, into: &$0) }
        #expect(text.contains(#""error":{"code":4031"#))
        #expect(text.contains("the resource `a://b`: no rule of the policy allows it"))
        #expect(text.contains(#""rule":"default""#))
    }

    @Test(arguments: [(Duration.milliseconds(1), 1, 1), (.milliseconds(1_000), 1, 1_000), (.milliseconds(2_001), 3, 2_001), (.zero, 1, 1)])
    func aLimitSaysWhenToTryAgain(_ wait: Duration, _ seconds: Int, _ milliseconds: Int) throws {
        let inbound = try Sample.call().classify()
        let denial = Denial.limited(inbound, rule: [UInt8]("per-user".utf8), retryAfter: wait)
        #expect(denial.retryAfterSeconds == seconds)
        var out = ByteBuffer()
        #expect(ErrorReply.write(denial, for: inbound, into: &out) == 429)
        let root = try Sample.json(String(decoding: out.takeAll(), as: UTF8.self))
        #expect(root["error"]?["code"]?.int64 == 4290)
        #expect(root["error"]?["data"]?["retryAfterMs"]?.int64 == Int64(milliseconds))
        #expect(root["id"]?.int64 == 1)
    }

    @Test func everyCodeHasItsStatus() {
        let statuses: [DenialCode: Int] = [
            .policy: 200, .guarded: 200, .pinned: 200, .placeholder: 200, .limit: 429, .repeated: 200, .upstreamFailed: 502, .withheld: 200,
            .storeLost: 503, .deadline: 504,
        ]
        for code in DenialCode.allCases {
            #expect(code.httpStatus == statuses[code])
            #expect(code.rawValue > 0, "outside JSON-RPC's and MCP's ranges")
        }
    }

    @Test func failuresNameTheirClassOnly() throws {
        let inbound = try Sample.call().classify()
        let text = Sample.text { _ = ErrorReply.write(.failed(.upstreamFailed, reason: "connect_timeout"), for: inbound, into: &$0) }
        #expect(text.contains(#""code":5020"#) && text.contains("(connect_timeout)"))
    }

    @Test func namesAreCutAndEscaped() throws {
        let name = String(repeating: "ä", count: 200)
        let inbound = try Sample.legacy("tools/call", params: "\"name\":\"\(name)\\\"\"").classify()
        let text = Sample.text { _ = ErrorReply.write(policy(inbound), for: inbound, into: &$0) }
        let shown = try #require(try Sample.json(text)["result"]?["content"]?.element(0)?["text"]?.string)
        #expect(String(validating: shown, as: UTF8.self)?.contains("ä...`") == true)
    }

    @Test func withoutAnIDItSaysNull() {
        let failure = ProtocolFailure(400, ProtocolErrorCode.parseError, "body_json", "no JSON", detail: .offset(3))
        #expect(
            Sample.text { ErrorReply.write(failure, into: &$0) }
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON","data":{"offset":3}}}"#)
    }
}
