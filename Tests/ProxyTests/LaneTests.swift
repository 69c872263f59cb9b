import Core
import Reactor
import Telemetry
import TestSupport
import Testing

@testable import Proxy

/// Which lane a reply takes, and what can still be said before and after its commit point.
@Suite struct LaneTests {
    private static let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let progress = event(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#)
    private static let large = String(repeating: "words and words ", count: Limits.heldReplyBytesMax / 16 + 8_192)

    private static func event(_ message: String) -> String { ScriptedUpstream.chunk("data: \(message)\n\n") }

    /// Asks once and gives what came, and what became of the connection.
    private func ask(
        _ method: String = "tools/call", _ script: @escaping @Sendable (_ body: String) -> String
    ) async throws -> (head: String, body: String, isWhole: Bool, aborted: Int, withheld: Int) {
        try await OnLoop().run { loop in
            let stage = try Stage(loop) { request, connection in
                try await connection.write(script(request.body))
                return true
            }
            let client = try stage.connect()
            try await client.write(Stage.post(stage.token(), method, name: method == "tools/call" ? "ok" : nil))
            let answer: (head: String, body: String)?
            do { answer = try await client.next() } catch is NeverCame { answer = nil }
            client.stream.close()
            let aborted = { stage.registry.value(.counter(.repliesAborted)) }
            if answer == nil { try await loop.until { aborted() == 1 } }
            let withheld = stage.registry.value(.counter(.repliesWithheld))
            try await stage.close()
            return (answer?.head ?? "", answer?.body ?? "", answer != nil, aborted(), withheld)
        }
    }

    @Test func aListIsReadWholeAndFiltered() async throws {
        let answer = try await ask("tools/list") { body in
            let tools = #"[{"name":"ok","inputSchema":{"type":"object"}},{"name":"ok","inputSchema":{"type":"object"}}]"#
            let result = #"{"resultType":"complete","tools":\#(tools),"ttlMs":1,"cacheScope":"public"}"#
            return ScriptedUpstream.json(#"{"jsonrpc":"2.0","id":\#(ScriptedUpstream.id(body)),"result":\#(result)}"#)
        }
        #expect(answer.head.contains("Content-Length: ") && answer.head.contains("Cache-Control: private, no-store"))
        #expect(answer.body.contains(#""cacheScope":"private""#) && answer.body.split(separator: #""name":"ok""#).count == 2)
    }

    @Test func aListThatIsTooLargeIsRefused() async throws {
        let answer = try await ask("tools/list") { _ in
            ScriptedUpstream.json(#"{"jsonrpc":"2.0","id":7,"result":{"tools":["# + String(repeating: " ", count: 5_000_000) + "]}}")
        }
        #expect(answer.head.hasPrefix("HTTP/1.1 502 ") && answer.body.contains(#""id":7"#) && answer.body.contains("5020"))
    }

    @Test func aCompleteAnswerIsJSONWithALength() async throws {
        for isEvent in [false, true] {
            let answer = try await ask { body in
                let message = ScriptedUpstream.answer(body)
                return isEvent ? Self.events + Self.event(message) + "0\r\n\r\n" : ScriptedUpstream.json(message)
            }
            #expect(answer.head.contains("Content-Type: application/json") && answer.head.contains("Content-Length: "))
            #expect(answer.body == ScriptedUpstream.answer(#""id":7,"#))
        }
    }

    /// Servers of 2025-11-25 begin a stream with an id and no data, and may say when to come again.
    @Test(arguments: ["tools/list", "tools/call"])
    func eventsWithoutAMessageSayNothing(_ method: String) async throws {
        let answer = try await ask(method) { body in
            let result = method == "tools/list" ? #"{"tools":[]}"# : #"{"content":[]}"#
            return Self.events + ScriptedUpstream.chunk("id: 1\ndata: \n\nretry: 500\n\nevent: ping\ndata: {}\n\n")
                + Self.event(#"{"jsonrpc":"2.0","id":\#(ScriptedUpstream.id(body)),"result":\#(result)}"#) + "0\r\n\r\n"
        }
        #expect(answer.head.hasPrefix("HTTP/1.1 200 "), "\(answer)")
        #expect(answer.body.contains(#""id":7"#) && !answer.body.contains("500"))
    }

    @Test func aNotificationMakesItEvents() async throws {
        let answer = try await ask { Self.events + Self.progress + Self.event(ScriptedUpstream.answer($0)) + "0\r\n\r\n" }
        #expect(answer.head.contains("Content-Type: text/event-stream") && answer.head.contains("X-Accel-Buffering: no"))
        let events = answer.body.replacing("\r", with: "").split(separator: "\n\n")
        #expect(events.count == 2 && events[0].contains("notifications/message") && events[1].contains("fine"))
    }

    @Test func aLargeAnswerIsJSONInChunks() async throws {
        let answer = try await ask { Self.events + Self.event(ScriptedUpstream.answer($0, text: Self.large)) + "0\r\n\r\n" }
        #expect(answer.head.contains("Content-Type: application/json") && answer.head.contains("Transfer-Encoding: chunked"))
        #expect(answer.body == ScriptedUpstream.answer(#""id":7,"#, text: Self.large))
    }

    @Test func aLargeAnswerAfterEventsEndsWithAnError() async throws {
        let answer = try await ask { Self.events + Self.progress + Self.event(ScriptedUpstream.answer($0, text: Self.large)) + "0\r\n\r\n" }
        let last = answer.body.replacing("\r", with: "").split(separator: "\n\n").last ?? ""
        #expect(last.contains(#""id":7"#) && last.contains("5021") && !answer.body.contains("words and words"))
        #expect(answer.withheld == 1)
    }

    @Test func aLargeAnswerThatTurnsOutWrongIsCutOff() async throws {
        let answer = try await ask { _ in
            ScriptedUpstream.json(#"{"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"\#(Self.large)"}]},"id":4711}"#)
        }
        #expect(!answer.isWhole && answer.aborted == 1, "\(answer.head) \(answer.body.prefix(200))")
    }

    @Test(arguments: [
        ("of the protocol", "400 Bad Request", #"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no such run"}}"#, 400, "-32602"),
        ("under no id", "404 Not Found", #"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"?"}}"#, 404, "-32601"),
        ("that is none", "404 Not Found", #"{"detail":"gone"}"#, 502, "5020"), ("with a result", "400 Bad Request", "RESULT", 502, "5020"),
        ("of the server", "500 Oops", #"{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"m"}}"#, 502, "5020"),
        ("that sends away", "307 Elsewhere", "{}", 502, "5020"),
    ])
    func anErrorStatus(_ name: String, _ line: String, _ body: String, _ status: Int, _ code: String) async throws {
        let answer = try await ask { request in
            ScriptedUpstream.json(body == "RESULT" ? ScriptedUpstream.answer(request) : body, status: line, "Location: http://evil/\r\n")
        }
        #expect(answer.head.hasPrefix("HTTP/1.1 \(status) ") && !answer.head.contains("evil"), "\(name)")
        #expect(answer.body.contains(code) && answer.body.contains(#""id":7"#), "\(name): \(answer.body)")
    }
}
