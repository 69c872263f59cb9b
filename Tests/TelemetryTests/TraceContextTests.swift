import Core
import TestSupport
import Testing

@testable import Telemetry

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    private func read(_ text: String) -> TraceContext? {
        var ids = TraceIDs(seed: 1)
        let bytes = Array(text.utf8)
        return TraceContext(continuing: bytes.span, &ids)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func goesOnWithACallersTrace() throws {
        let context = try #require(read("00-\(Self.trace)-00f067aa0ba902b7-01"))
        #expect(text(context.traceID) == Self.trace && context.isSampled)
        #expect(context.parent == 0x00F0_67AA_0BA9_02B7 && context.span != context.parent)
        let sent = text(context.traceparent)
        #expect(sent.hasPrefix("00-\(Self.trace)-") && sent.hasSuffix("-01") && sent.count == 55 && !sent.contains("00f067aa0ba902b7"))
        #expect(read(sent)?.parent == context.span)
        #expect(try #require(read("00-\(Self.trace)-00f067aa0ba902b7-00")).isSampled == false)
        #expect(try #require(read("00-\(Self.trace)-00f067aa0ba902b7-03")).isSampled)
        #expect(read("cc-\(Self.trace)-00f067aa0ba902b7-01-what-comes-later") != nil)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-00f067aa0ba902b7", "00-\(trace)-00f067aa0ba902b7-01-", "ff-\(trace)-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902bz-01", "00_\(trace)-00f067aa0ba902b7-01",
        "cc-\(trace)-00f067aa0ba902b7-01x", "00-\(trace)-00f067aa0ba902b7-0g", " 0-\(trace)-00f067aa0ba902b7-01",
    ])
    func whatIsNoTraceparentIsNone(text: String) { #expect(read(text) == nil) }

    @Test func anyBytesAreReadWithoutATrap() {
        var generator = SeededGenerator(seed: 3)
        var ids = TraceIDs(seed: 3)
        let good = Array("00-\(Self.trace)-00f067aa0ba902b7-01".utf8)
        for _ in 0..<5_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let cut = Array(bytes.prefix(Int.random(in: 0...60, using: &generator)))
            if let context = TraceContext(continuing: cut.span, &ids) { #expect(context.high | context.low != 0 && context.parent != 0) }
        }
    }

    @Test func aQueueIsOneRequestAndHasABound() throws {
        let registry = Registry()
        let queue = SpanQueue(registry: registry)
        #expect(queue.take() == nil)
        var ids = TraceIDs(seed: 9)
        let context = TraceContext(beginning: &ids, isSampled: true)
        for number in 0..<3 {
            var span = TraceSpan(context, name: Array("tools/call".utf8))
            span.texts = [("louver.rule", Array("a\"b".utf8)), ("empty", [])]
            span.numbers = [("http.response.status_code", 200 + number)]
            span.isFailed = number == 2
            var out = ByteBuffer()
            span.write(into: &out)
            let bytes = out.takeAll()
            queue.append(bytes.span, count: 1)
        }
        let batch = try #require(queue.take())
        let body = text(batch.body)
        #expect(batch.count == 3 && body.hasPrefix("{\"resourceSpans\":[") && body.hasSuffix("]}]}]}"))
        #expect(body.contains("{\"key\":\"louver.rule\",\"value\":{\"stringValue\":\"a\\\"b\"}}"))
        #expect(body.contains("{\"intValue\":\"202\"}") && body.contains("\"status\":{\"code\":2}") && !body.contains("\"empty\""))
        #expect(queue.take() == nil)
        let large = [UInt8](repeating: 0x20, count: Limits.spanQueueBytesMax)
        queue.append(large.span, count: 7)
        #expect(queue.take() == nil && registry.value(.counter(.spansDropped)) == 7)
    }

    @Test func samplingTakesItsShare() {
        var ids = TraceIDs(seed: 5)
        var taken = 0
        for _ in 0..<10_000 where ids.takes(percent: 10) { taken += 1 }
        #expect((800...1_200).contains(taken))
        for _ in 0..<100 {
            let (never, always) = (ids.takes(percent: 0), ids.takes(percent: 100))
            #expect(!never && always)
        }
    }
}
