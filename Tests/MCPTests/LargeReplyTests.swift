import Core
import Testing

@testable import MCP

/// A reply of 64 MB with `_meta` first and `id` last passes in constant memory.
@Suite struct LargeReplyTests {
    @Test func sixtyFourMegabytesStream() throws {
        let rewriter = ReplyRewriter(
            ReplyExpectation(to: try Sample.call().classify(), id: Sample.upstreamID), scrubber: OpenScrubber()
        ) { $0.append("\"io.louver/redactions\":{\"x\":1}") }
        let lead = #"{"result":{"_meta":{"a":1},"content":[{"type":"text","text":""#
        let line = [UInt8](String(repeating: "2026-11-21T07:24:44 INFO a line of a log\\n", count: 400).utf8)
        let tail = #""}]},"jsonrpc":"2.0","id":"\#(Sample.upstreamText)"}"#
        var out = ByteBuffer()
        var taken = 0
        var largest = 0
        func push(_ bytes: [UInt8]) throws {
            try rewriter.push(bytes.span)
            largest = max(largest, rewriter.outputCount)
            rewriter.takeOutput(into: &out)
            taken += out.readableCount
        }
        try push([UInt8](lead.utf8))
        let first = String(decoding: out.takeAll(), as: UTF8.self)
        #expect(first == #"{"result":{"content":[{"type":"text","text":""#)
        let rounds = 64 * 1024 * 1024 / line.count + 1
        for _ in 0..<rounds {
            try push(line)
            out.clear()
        }
        #expect(rewriter.kind == .result && !rewriter.isEnvelopeVerified)
        try push([UInt8](tail.utf8))
        let last = String(decoding: out.takeAll(), as: UTF8.self)
        #expect(last == #""}],"_meta":{"a":1,"io.louver/redactions":{"x":1}}},"jsonrpc":"2.0","id":1}"#)
        #expect(try rewriter.finish() == .response(isError: false))
        #expect(taken > 64 * 1024 * 1024)
        #expect(largest <= line.count + 1_024, "held \(largest) bytes")
    }
}
