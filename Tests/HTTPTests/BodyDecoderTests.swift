import Core
import TestSupport
import Testing

@testable import HTTP

@Suite struct BodyDecoderTests {
    /// What came of feeding pieces to a decoder: the body, what is left of the input, and how it ended.
    struct Outcome: Equatable {
        var body = ""
        var rest = ""
        var end = "open"
    }

    static func decode(
        _ framing: BodyFraming, _ pieces: [[UInt8]], atMost: Int = .max, from sender: BodyDecoder.Sender = .client
    ) -> Outcome {
        var decoder = BodyDecoder(framing, from: sender)
        var input = ByteBuffer()
        var out = ByteBuffer()
        var outcome = Outcome()
        do throws(HTTPFailure) {
            for piece in pieces {
                input.append(piece)
                var before = -1
                while !decoder.isComplete, before != input.readableCount {
                    before = input.readableCount
                    let held = out.readableCount
                    if try decoder.decode(&input, into: &out, atMost: atMost) { outcome.end = "complete" }
                    if out.readableCount - held > atMost { outcome.end = "too much" }
                }
            }
        } catch {
            outcome.end = "\(error.status) \(error.reason)"
        }
        outcome.body = Wire.text(out.copy())
        outcome.rest = Wire.text(input.copy())
        return outcome
    }

    static let good: [(String, String, String)] = [
        ("0\r\n\r\n", "", ""),
        ("5\r\nhello\r\n0\r\n\r\nGET", "hello", "GET"),
        ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", ""),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""),
        ("a\r\n0123456789\r\n000\r\n\r\n", "0123456789", ""),
        ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello", ""),
        ("5;name=value\r\nhello\r\n0;last\r\n\r\n", "hello", ""),
        ("5;a;b=\"c;d\";\te\r\nhello\r\n0\r\n\r\n", "hello", ""),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", ""),
        ("3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n", ""),
        ("1\r\nx\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n\r\nrest", "x", "rest"),
        ("1\r\nx\r\n0\r\nX:\r\nY: caf\u{E9}\t \r\n\r\n", "x", ""),
    ]

    @Test(arguments: good) func chunks(_ wire: String, _ body: String, _ rest: String) {
        let expected = Outcome(body: body, rest: rest, end: "complete")
        #expect(Self.decode(.chunked, [Wire.bytes(wire)]) == expected)
        for atMost in 1...3 { #expect(Self.decode(.chunked, [Wire.bytes(wire)], atMost: atMost) == expected) }
    }

    @Test(arguments: good) func anySplitOfChunksIsTheSame(_ wire: String, _ body: String, _ rest: String) {
        let bytes = Wire.bytes(wire)
        let expected = Outcome(body: body, rest: rest, end: "complete")
        for cut in 0...bytes.count {
            #expect(Self.decode(.chunked, [Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "cut at \(cut)")
        }
        #expect(Self.decode(.chunked, bytes.map { [$0] }, atMost: 1) == expected)
    }

    /// Chunk framing that must be refused, each named after what it attempts.
    static let hostile: [(String, String, String)] = [
        ("no size", "\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("hexadecimal prefix", "0x5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("plus sign", "+5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("minus sign", "-5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("leading space", " 5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("trailing space", "5 \r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("trailing tab", "5\t\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("space before the extension", "5 ;a=b\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("underscore", "1_0\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("letter g", "g\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("NUL", "5\0\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("comma", "5,5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("full-width digit", "\u{EF}\u{BC}\u{95}\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("2^60", "1000000000000000\r\nx", "bad_chunk_size"),
        ("2^64 wraps to 0", "10000000000000000\r\n\r\n", "bad_chunk_size"),
        ("2^64 + 5 wraps to 5", "10000000000000005\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("negative in 64 bits", "ffffffffffffffff\r\nx", "bad_chunk_size"),
        ("seventeen digits of zeros", "00000000000000005\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("bare LF behind the size", "5\nhello\r\n0\r\n\r\n", "bare_lf"),
        ("bare LF for the last chunk", "0\n\r\n", "bare_lf"),
        ("LF only", "\n0\r\n\r\n", "bare_lf"),
        ("bare CR behind the size", "5\rhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n", "bare_lf"),
        ("bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("DEL in an extension", "5;\u{7F}\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
        ("extension over its bound", "5;" + String(repeating: "a", count: 300) + "\r\nhello\r\n0\r\n\r\n", "chunk_extension_too_long"),
        (
            "extensions over their sum", String(repeating: "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n", count: 100),
            "chunk_extension_too_long"
        ),
        ("content longer than said", "5\r\nhello!\r\n0\r\n\r\n", "bad_chunk_end"),
        ("content shorter than said", "6\r\nhello\r\n0\r\n\r\n", "bad_chunk_end"),
        ("LF behind the content", "5\r\nhello\n0\r\n\r\n", "bad_chunk_end"),
        ("CR alone behind the content", "5\r\nhello\r0\r\n\r\n", "bad_chunk_end"),
        ("two bytes that are no CRLF", "5\r\nhelloXX0\r\n\r\n", "bad_chunk_end"),
        ("nothing behind the content", "5\r\nhello0\r\n\r\n", "bad_chunk_end"),
        ("next request for a trailer", "0\r\nGET /admin HTTP/1.1\r\n\r\n", "bad_trailer"),
        ("trailer without colon", "0\r\nabc\r\n\r\n", "bad_trailer"),
        ("trailer without name", "0\r\n: y\r\n\r\n", "bad_trailer"),
        ("space before the trailer's colon", "0\r\nX : y\r\n\r\n", "bad_trailer"),
        ("folded trailer", "0\r\nX: y\r\n z\r\n\r\n", "bad_trailer"),
        ("bare LF behind a trailer", "0\r\nX: y\n\r\n", "bare_lf"),
        ("bare LF for the end", "0\r\n\n", "bare_lf"),
        ("bare CR behind a trailer", "0\r\nX: y\rZ: w\r\n\r\n", "bad_trailer"),
        ("CR for the end", "0\r\n\rX", "bad_trailer"),
        ("NUL in a trailer", "0\r\nX: \0\r\n\r\n", "bad_trailer"),
        ("trailers over their bound", "0\r\nX: " + String(repeating: "y", count: 8_200) + "\r\n\r\n", "trailer_too_large"),
        ("too many trailers", "0\r\n" + String(repeating: "X:\r\n", count: 101) + "\r\n", "trailer_too_large"),
    ]

    @Test(arguments: hostile) func hostileChunks(_ name: String, _ wire: String, _ reason: String) {
        let status = reason == "trailer_too_large" ? 431 : 400
        let bytes = Wire.bytes(wire)
        #expect(Self.decode(.chunked, [bytes]).end == "\(status) \(reason)", "\(name)")
        #expect(Self.decode(.chunked, bytes.map { [$0] }).end == "\(status) \(reason)", "\(name), byte by byte")
        #expect(Self.decode(.chunked, [bytes], from: .upstream).end == "502 \(reason)", "\(name), from the upstream")
    }

    @Test func lengths() {
        #expect(Self.decode(.length(5), [Wire.bytes("hel"), Wire.bytes("lo!!")]) == Outcome(body: "hello", rest: "!!", end: "complete"))
        #expect(Self.decode(.length(5), [Wire.bytes("hello!!")], atMost: 2) == Outcome(body: "hello", rest: "!!", end: "complete"))
        #expect(Self.decode(.length(5), [Wire.bytes("hell")]) == Outcome(body: "hell", rest: "", end: "open"))
        #expect(Self.decode(.untilClose, [Wire.bytes("a"), Wire.bytes("b")]) == Outcome(body: "ab", rest: "", end: "open"))
    }

    @Test func bodiesOfNothingAreCompleteAtOnce() {
        for framing in [BodyFraming.none, .length(0)] {
            let decoder = BodyDecoder(framing)
            let isComplete = decoder.isComplete
            #expect(isComplete, "\(framing)")
        }
    }

    @Test func endOfStream() throws {
        var toClose = BodyDecoder(.untilClose, from: .upstream)
        try toClose.endOfStream()
        let isComplete = toClose.isComplete
        #expect(isComplete)
        for framing in [BodyFraming.length(5), .chunked] {
            #expect(throws: HTTPFailure(status: 502, reason: "truncated_body")) {
                var decoder = BodyDecoder(framing, from: .upstream)
                try decoder.endOfStream()
            }
            #expect(throws: HTTPFailure(status: 400, reason: "truncated_body")) {
                var decoder = BodyDecoder(framing)
                try decoder.endOfStream()
            }
        }
        var done = BodyDecoder(.length(0))
        try done.endOfStream()
    }

    @Test func whatTheWriterChunksTheDecoderReads() {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let body = Wire.bytes(generator.text(Int.random(in: 0...2_000, using: &generator), from: "ab\r\n0;: \0\u{FF}"))
            var wire = ByteBuffer()
            for piece in generator.pieces(of: body, longest: 400) { HeadWriter.appendChunk(piece.span, into: &wire) }
            HeadWriter.appendChunk([UInt8]().span, into: &wire)
            HeadWriter.lastChunk(into: &wire)
            let bytes = wire.copy() + Wire.bytes("next")
            let expected = Outcome(body: Wire.text(body), rest: "next", end: "complete")
            let atMost = Int.random(in: 1...500, using: &generator)
            #expect(Self.decode(.chunked, generator.pieces(of: bytes, longest: 300), atMost: atMost) == expected, "seed \(seed)")
        }
    }
}
