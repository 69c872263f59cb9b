import Core
import FuzzSupport
import HTTP
import JSON
import MCP

/// A message of a hostile upstream is rewritten, whole and in pieces, as the answer to a request of each wire. What may go to the client
/// must be one strict JSON-RPC message with the client's own id.
@main struct FuzzReply {
    static func main() {
        FuzzDriver("FuzzReply", check).run()
    }

    nonisolated private static let requests: [(head: String, body: String)] = [
        (
            "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: t\r\n",
            #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"t","arguments":{},"_meta":{"progressToken":7,"#
                + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#
        ),
        ("", #"{"jsonrpc":"2.0","id":"c","method":"tools/list","params":{"_meta":{"progressToken":7}}}"#),
    ]

    nonisolated private static let expectations: [ReplyExpectation] = requests.compactMap { request in
        let text =
            "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            + request.head + "\r\n"
        let bytes = [UInt8](text.utf8)
        guard let parsed = try? HeadParser.parseRequest(bytes.span),
            let inbound = try? Classifier.classify(parsed.head.fields, body: [UInt8](request.body.utf8))
        else { return nil }
        return ReplyExpectation(to: inbound, id: UpstreamID(instance: 1, serial: 2))
    }

    nonisolated static func check(_ input: FuzzInput) {
        FuzzInput.require(expectations.count == requests.count, "the driver's own requests are refused")
        for expectation in expectations {
            let whole = rewritten([input.bytes], expectation)
            FuzzInput.require(rewritten(input.pieces(), expectation) == whole, "a cut changes the reply")
            guard let verdict = whole.verdict else { continue }
            checkOutput(whole.output, verdict)
        }
    }

    nonisolated private static func checkOutput(_ output: [UInt8], _ verdict: ReplyVerdict) {
        let isAnswer: Bool
        switch verdict {
        case .response: isAnswer = true
        case .notification: isAnswer = false
        default: return
        }
        guard let message = try? JSONDocument.parse(output).root else { fatalError("what goes to the client is no strict JSON") }
        FuzzInput.require(message["jsonrpc"]?.equals("2.0") == true, "no JSON-RPC")
        FuzzInput.require((message["id"]?.equals("c") == true) == isAnswer, "another id than the client's")
        FuzzInput.require(isAnswer == (message["method"] == nil), "neither an answer nor a notification")
        FuzzInput.require(isAnswer == ((message["result"] == nil) != (message["error"] == nil)), "a result and an error, or neither")
    }

    private struct Outcome: Equatable {
        var output: [UInt8] = []
        var verdict: ReplyVerdict?
        var failure: String?
    }

    nonisolated private static func rewritten(_ pieces: [[UInt8]], _ expectation: ReplyExpectation) -> Outcome {
        let rewriter = ReplyRewriter(expectation, scrubber: PlainScrubber())
        var outcome = Outcome()
        do throws(ReplyFailure) {
            for piece in pieces { try rewriter.push(piece.span) }
            outcome.verdict = try rewriter.finish()
        } catch {
            // Nothing of the message may go out, so what was written so far does not count.
            outcome.failure = "\(error)"
            return outcome
        }
        var out = ByteBuffer()
        rewriter.takeOutput(into: &out)
        outcome.output = out.copy()
        return outcome
    }
}

/// Changes nothing.
private final class PlainScrubber: ValueScrubber {
    let mustWithhold = false

    func open(_ isObject: Bool) {}
    func close(_ isObject: Bool) {}
    func key(raw: Span<UInt8>, decoded: Span<UInt8>, role: FieldRole, into out: inout ByteBuffer) { out.append(raw) }
    func beginString(role: FieldRole) {}
    func string(raw: Span<UInt8>, into out: inout ByteBuffer) { out.append(raw) }
    func endString(into out: inout ByteBuffer) {}
    func number(_ text: Span<UInt8>, into out: inout ByteBuffer) { out.append(text) }
    func literal(_ text: Span<UInt8>, into out: inout ByteBuffer) { out.append(text) }
}
