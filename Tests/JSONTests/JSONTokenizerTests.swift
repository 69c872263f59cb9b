import Core
import TestSupport
import Testing

@testable import JSON

@Suite struct JSONTokenizerTests {
    private struct Outcome: Equatable {
        var calls: [String] = []
        var text: [UInt8] = []
        var failure: JSONFailure?
        var repairs = 0
        var brokenPieces = 0
    }

    private func run(_ pieces: [[UInt8]], _ dialect: JSONDialect = .reply) -> Outcome {
        var tokenizer = JSONTokenizer(dialect: dialect)
        var sink = RecordingSink()
        var outcome = Outcome()
        do throws(JSONFailure) {
            for piece in pieces { try tokenizer.push(piece.span, to: &sink) }
            try tokenizer.finish(&sink)
        } catch {
            outcome.failure = error
        }
        sink.flushSpace()
        outcome.calls = sink.calls
        outcome.text = sink.text
        outcome.brokenPieces = sink.brokenPieces
        outcome.repairs = tokenizer.repairs
        return outcome
    }

    private func bytewise(_ text: [UInt8]) -> [[UInt8]] { text.map { [$0] } }

    @Test func tellsEverythingInOrder() {
        let outcome = run([[UInt8](#" {"a\n" : [1, true,"x\u0041é"], "b":{}} "#.utf8)])
        #expect(
            outcome.calls == [
                "space [32]", "{", "key a\\n = a\n", "space [32]", ":", "space [32]", "[", "1", ",", "space [32]", "true", ",",
                "string x\\u0041é", "]", ",", "space [32]", "key b = b", ":", "{", "}", "}", "end", "space [32]",
            ])
        #expect(outcome.failure == nil)
    }

    @Test("refused in both dialects, however it is cut", arguments: Refusal.refusedInBoth)
    func refused(_ refusal: Refusal) {
        for dialect in [JSONDialect.request, .reply] {
            let whole = run([refusal.text], dialect)
            #expect(whole.failure?.reason == refusal.reason)
            #expect(run(bytewise(refusal.text), dialect).failure == whole.failure)
        }
    }

    @Test("refused in a request, repaired in a reply", arguments: Refusal.brokenText)
    func brokenText(_ refusal: Refusal) throws {
        #expect(run([refusal.text], .request).failure?.reason == refusal.reason)
        #expect(run(bytewise(refusal.text), .request).failure?.reason == refusal.reason)
        let whole = run([refusal.text])
        let document = try JSONDocument.parse(refusal.text, dialect: .reply)
        #expect(whole.failure == nil)
        #expect(whole.brokenPieces == 0)
        #expect(whole.repairs == document.repairs)
        #expect(whole.text == document.root.withSource { $0.withUnsafeBufferPointer { [UInt8]($0) } })
        #expect(run(bytewise(refusal.text)) == whole)
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func anySplitTellsTheSame(_ seed: UInt64) throws {
        var random = RandomText(seed: seed, brokenPercent: seed % 2 == 0 ? 0 : 20)
        let text = random.document()
        let whole = run([text])
        #expect(whole.brokenPieces == 0)
        #expect(run(bytewise(text)) == whole)
        for longest in [2, 5, 11, 40] {
            #expect(run(random.generator.pieces(of: text, longest: longest)) == whole)
        }
        if whole.failure == nil {
            // Written out again it is the text, apart from the repairs.
            if whole.repairs == 0 { #expect(whole.text == text) }
            #expect(run([whole.text]).repairs == 0)
        }
    }

    @Test(arguments: 0..<400 as Range<UInt64>) func acceptsWhatADocumentAccepts(_ seed: UInt64) {
        var random = RandomText(seed: 10_000 + seed, brokenPercent: 10)
        var text = random.document()
        // Most texts get a few bytes changed, so that both sides of the border are met.
        if seed % 4 > 0 {
            let bytes = [UInt8]("{}[]\",:\\u0d8e1-+. \n\u{0}\u{FF}tfn".utf8)
            for _ in 0...Int.random(in: 0...2, using: &random.generator) {
                let at = Int.random(in: 0..<text.count, using: &random.generator)
                text[at] = bytes.randomElement(using: &random.generator) ?? 0
            }
        }
        for dialect in [JSONDialect.request, .reply] {
            var reason: JSONReason?
            var repairs = 0
            do throws(JSONFailure) {
                repairs = try JSONDocument.parse(text, dialect: dialect).repairs
            } catch {
                reason = error.reason
            }
            let outcome = run(random.generator.pieces(of: text, longest: 30), dialect)
            #expect(outcome.failure?.reason == reason)
            if reason == nil { #expect(outcome.repairs == repairs) }
        }
    }

    @Test(arguments: [2, 16, 17, 18, 33, 100, 4_096]) func duplicateIsFoundInObjectsOfAnySize(_ count: Int) {
        #expect(run([JSONDocumentTests.object(count)]).failure == nil)
        for twin in [0, (count - 1) / 2, count - 2] {
            let outcome = run([JSONDocumentTests.object(count, twin: twin)])
            #expect(outcome.failure?.reason == .duplicateKey)
            // The second of the two was not told.
            #expect(outcome.calls.count { $0.hasPrefix("key member-\(twin) ") } == 1)
        }
    }

    @Test func memberBoundsHold() {
        let count = Limits.jsonObjectMembersMax + 1
        #expect(run([JSONDocumentTests.object(count)]).failure?.reason == .tooManyMembers)
        #expect(run([JSONDocumentTests.object(count)], .request).failure == nil)
        let members = (1..<Limits.jsonObjectMembersMax).map { "\"\($0)\":0," }.joined()
        let level = [UInt8]("{\(members)\"last\":".utf8)
        let levels = Limits.jsonOpenMembersMax / Limits.jsonObjectMembersMax
        #expect(run([[UInt8]](repeating: level, count: levels)).failure?.reason == .truncated)
        #expect(run([[UInt8]](repeating: level, count: levels + 1)).failure?.reason == .tooManyMembers)
    }

    /// Repair makes a key longer, so a cut must not move the place where it becomes too long.
    @Test func brokenKeyAroundTheBoundIsJudgedTheSameHoweverItIsCut() {
        var generator = SeededGenerator(seed: 4)
        for count in 338...344 {
            var text = [UInt8]("{\"".utf8)
            for _ in 0..<count { text += [[0xD5], [0xEF], [0xE2, 0x82], [UInt8]("\\ud800".utf8)].randomElement(using: &generator) ?? [] }
            text += [UInt8]("\":1}".utf8)
            let whole = run([text])
            #expect((whole.failure == nil) == (count * 3 <= Limits.jsonKeyBytesMax))
            #expect(run(bytewise(text)) == whole)
            for longest in [2, 3, 7, 13] { #expect(run(generator.pieces(of: text, longest: longest)) == whole) }
        }
    }

    @Test func failureStays() {
        var tokenizer = JSONTokenizer()
        var sink = RecordingSink()
        let bad = [UInt8]("[}".utf8)
        let good = [UInt8]("[]".utf8)
        #expect(throws: JSONFailure.self) { try tokenizer.push(bad.span, to: &sink) }
        #expect(throws: JSONFailure(reason: .unexpectedByte, offset: 1)) { try tokenizer.push(good.span, to: &sink) }
        #expect(throws: JSONFailure(reason: .unexpectedByte, offset: 1)) { try tokenizer.finish(&sink) }
    }

    @Test func emptyChunksChangeNothing() {
        #expect(run([[], [UInt8]("[1".utf8), [], [UInt8]("2]".utf8), []]) == run([[UInt8]("[12]".utf8)]))
    }

    @Test func stringsPassStraightThrough() throws {
        var tokenizer = JSONTokenizer()
        var sink = CountingSink()
        let chunk = [UInt8](("[\"" + String(repeating: "log line \\n caf\u{E9} ", count: 1_000)).utf8)
        try tokenizer.push(chunk.span, to: &sink)
        #expect(sink.pieces == 1)
        #expect(tokenizer.memoryCount < 256)
    }

    /// A reply as large as they come, its `_meta` in front and its `id` at the end, must not make the tokenizer grow.
    @Test func largeReplyTakesBoundedMemory() throws {
        var tokenizer = JSONTokenizer()
        var sink = CountingSink()
        let head = [UInt8](#"{"jsonrpc":"2.0","result":{"_meta":{"trace":"1"},"content":[{"type":"text","text":""#.utf8)
        let line = [UInt8](#"[2026-11-21, 07:24:44 UTC] {taskinstance.py:1133} INFO - caf\u00e9 \"done\"\n"#.utf8)
        let chunk = [UInt8]((0..<850).map { _ in line }.joined())
        let tail = [UInt8](#""}]},"id":7}"#.utf8)
        try tokenizer.push(head.span, to: &sink)
        var total = 0
        var most = 0
        while total < 64 << 20 {
            try tokenizer.push(chunk.span, to: &sink)
            total += chunk.count
            most = max(most, tokenizer.memoryCount)
        }
        try tokenizer.push(tail.span, to: &sink)
        try tokenizer.finish(&sink)
        #expect(most < 1_024)
        #expect(sink.stringBytes == total + "2.0".utf8.count + "1".utf8.count + "text".utf8.count)
        #expect(sink.ends == 1)
    }

    /// The worst an upstream can do: as many open members as are allowed, and then a key and a number that never end.
    @Test func bookkeepingIsBounded() throws {
        var tokenizer = JSONTokenizer()
        var sink = CountingSink()
        let members = (1..<Limits.jsonObjectMembersMax).map { "\"\($0)\":0," }.joined()
        let level = [UInt8]("{\(members)\"last\":".utf8)
        for _ in 0..<Limits.jsonOpenMembersMax / Limits.jsonObjectMembersMax { try tokenizer.push(level.span, to: &sink) }
        #expect(tokenizer.memoryCount <= Limits.jsonOpenMembersMax * 32 + 16 * 1024)
        let key = [UInt8](("{\"" + String(repeating: "\\u00", count: 1)).utf8)
        try tokenizer.push(key.span, to: &sink)
        let more = [UInt8]("41\\u00".utf8)
        #expect(throws: JSONFailure.self) {
            for _ in 0...Limits.jsonKeyBytesMax { try tokenizer.push(more.span, to: &sink) }
        }
        #expect(tokenizer.memoryCount <= Limits.jsonOpenMembersMax * 32 + 16 * 1024)
    }
}

/// Counts and drops.
private struct CountingSink: JSONSink {
    var pieces = 0
    var stringBytes = 0
    var ends = 0

    mutating func open(_ isObject: Bool) {}
    mutating func close(_ isObject: Bool) {}
    mutating func comma() {}
    mutating func colon() {}
    mutating func whitespace(_ bytes: Span<UInt8>) {}
    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {}
    mutating func beginString() {}
    mutating func string(raw: Span<UInt8>) {
        pieces += 1
        stringBytes += raw.count
    }
    mutating func endString() {}
    mutating func number(_ text: Span<UInt8>) {}
    mutating func literal(_ text: Span<UInt8>) {}
    mutating func end() { ends += 1 }
}
