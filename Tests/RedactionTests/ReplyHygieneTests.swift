import Core
import JSON
import TestSupport
import Testing

@testable import Redaction

/// What no reader sees is left out of every place of a reply where text stands: values, keys, and blobs that are text.
@Suite struct ReplyHygieneTests {
    private let scrubber = ReplyScrubber(RedactionEngine(Samples.engine, hygiene: .mark))

    private func scrub(_ text: String) throws -> (text: String, report: RedactionReport) {
        scrubber.reset()
        let out = try ReplyDriver.scrub([Array(text.utf8)], scrubber)
        return (String(decoding: out, as: UTF8.self), scrubber.report)
    }

    private func base64(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }

    @Test func keysAreTidied() throws {
        let (text, report) = try scrub(#"{"a\u200bb":1,"long enough \u001b[31mred\u001b[0m":2,"né":3,"a‮b":4,"plain":5}"#)
        #expect(text == #"{"ab":1,"long enough red":2,"né":3,"ab":4,"plain":5}"#)
        #expect(report.counts.map(\.kind) == ["invisible-character", "terminal-escape"] && report.total == 4)
        // What was tidied once is not taken for clean the next time.
        #expect(try scrub(#"{"long enough \u001b[31mred\u001b[0m":2}"#).text == #"{"long enough red":2}"#)
    }

    @Test func blobsThatAreTextAreTidied() throws {
        let (text, report) = try scrub(#"{"blob":"\#(base64(Array("a \u{1B}[31mred\u{1B}[0m \u{E0041}line\n".utf8)))"}"#)
        #expect(text == #"{"blob":"\#(base64(Array("a red line\n".utf8)))"}"#)
        #expect(report.total == 3)
    }

    @Test(arguments: [
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13], [0x1F, 0x8B, 8, 0, 0x1B, 0x5B, 0x33, 0x31, 0x6D],
        [0x0A, 0x03, 0x61, 0x62, 0x63, 0x12, 0x04, 0xE2, 0x80, 0x8B, 0x41], [0xFF, 0xFE, 0x1B, 0x00, 0x5B, 0x00],
    ])
    func otherBlobsStay(bytes: [UInt8]) throws {
        let text = #"{"blob":"\#(base64(bytes))"}"#
        let scrubbed = try scrub(text)
        #expect(scrubbed.text == text && scrubbed.report.isEmpty)
    }

    @Test func whatIsNoBase64IsText() throws {
        #expect(try scrub(#"{"blob":"no \u001b[31mbase64\u200b"}"#).text == #"{"blob":"no base64"}"#)
    }

    @Test func offLeavesEverything() throws {
        let scrubber = ReplyScrubber(Samples.engine)
        let text = #"{"a\u200bb":1,"long enough \u001b[31mred":2,"blob":"\#(base64(Array("\u{1B}[31mred".utf8)))"}"#
        #expect(try ReplyDriver.scrub([Array(text.utf8)], scrubber) == Array(text.utf8))
    }
}
