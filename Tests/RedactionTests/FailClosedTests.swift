import CZlib
import Core
import JSON
import TestSupport
import Testing

@testable import Redaction

/// What cannot be looked at within its bounds is withheld, counted, and never passed; and no input ends the process.
@Suite struct FailClosedTests {
    /// An engine with one detector of somebody's own.
    private func engine(_ pattern: String) throws -> RedactionEngine {
        let file = """
            version: 1
            detectors:
              - id: mine
                about: A pattern that takes long
                literals: [acme_]
                pattern: '\(pattern)'
                positives: ["acme_ab"]
                negatives: ["acme_"]
            """
        let set = try DetectorSet.load([("mine.yaml", Array(file.utf8))]).get()
        return RedactionEngine(detectors: set, tenantKey: SecretBytes([UInt8](repeating: 1, count: 32).span))
    }

    private func scrub(_ text: String, _ engine: RedactionEngine = Samples.engine) -> (text: String, report: RedactionReport) {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        scrubber.push(Array(text.utf8).span, into: &out)
        scrubber.finish(into: &out)
        return (String(decoding: out.copy(), as: UTF8.self), scrubber.report)
    }

    @Test(arguments: [
        "acme_(?:a+)+[bc]", "acme_(?:a|aa)+[bc]", "acme_(?:(a|b|ab)*)*c", #"acme_(?:(?:a*)*)*\d"#, "acme_((?:a)(?1)*)*z",
        "acme_(a?){60}a{60}b",
    ])
    func aPatternThatTakesTooLongWithholdsTheValue(pattern: String) throws {
        let value = String(repeating: "a", count: 3_000)
        let (clean, report) = scrub("see acme_\(value) here", try engine(pattern))
        // Within the step bound there is an answer; beyond it the whole run goes.
        let isDecided = report.withheld == 0 && clean.contains(value)
        let isWithheld =
            report.withheld == 1 && !clean.contains("aaaa") && clean.hasPrefix("see REDACTED_withheld_") && clean.hasSuffix(" here")
        #expect(isDecided || isWithheld, "\(clean.prefix(80)) \(report)")
    }

    @Test func theStepBoundIsReached() throws {
        let (clean, report) = scrub("see acme_\(String(repeating: "a", count: 3_000)) here", try engine("acme_(?:a+)+[bc]"))
        #expect(report.withheld == 1 && clean.hasPrefix("see REDACTED_withheld_"))
    }

    /// A match that needs more stack than there is fails, and so does one that takes too many steps: neither comes out as no match.
    @Test(arguments: ["acme_(?:(a)|b)*z", "acme_((?:a(?1)?))z", "acme_(?:a+)+[bc]", "acme_(a?){60}a{60}b"])
    func aMatchThatCannotBeFinishedFails(pattern: String) throws {
        let compiled = try CompiledPattern(pattern, isAnchored: true)
        let text = Array("acme_".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let outcome = PatternMatcher().run(compiled, group: 0, in: text.span, from: 0, mayGrow: false)
        guard case .failed = outcome else { return #expect(Bool(false), "\(pattern): \(outcome)") }
    }

    /// Patterns of somebody's own that would take all memory or time to compile are refused with their place, or bounded when they run.
    @Test(arguments: [
        "acme_(?:(?:(?:a{1,500}){1,500}){1,500}){1,500}",
        "acme_\(String(repeating: "(", count: 5_000))a\(String(repeating: ")", count: 5_000))",
        "acme_(?:a{65535}){65535}", "acme_(?<=a*)b", #"acme_\C"#, "acme_(?R)", "acme_(*UTF)a",
        "acme_\(String(repeating: "(?:a|b)?", count: 20_000))c",
    ])
    func aBombOfAPatternIsRefusedOrBounded(pattern: String) {
        let file = """
            version: 1
            detectors:
              - { id: mine, about: A bomb, literals: [acme_], pattern: '\(pattern)', positives: [acme_ab], negatives: [acme_] }
            """
        switch DetectorSet.load([("mine.yaml", Array(file.utf8))]) {
        case .failure(let faults): #expect(faults.description.hasPrefix("mine.yaml:3:"), "\(faults.description.prefix(200))")
        case .success(let set):
            let engine = RedactionEngine(detectors: set, tenantKey: SecretBytes([UInt8](repeating: 1, count: 32).span))
            let (clean, report) = scrub("see acme_\(String(repeating: "ab", count: 1_500)) here", engine)
            #expect(clean.hasPrefix("see ") && clean.hasSuffix(" here") && report.total <= 1, "\(clean.prefix(80))")
        }
    }

    /// A stream of zlib that holds a text.
    static func deflated(_ text: [UInt8]) throws -> [UInt8] {
        var packed = [UInt8](repeating: 0, count: Int(compressBound(uLong(text.count))))
        var count = uLongf(packed.count)
        try #require(compress2(&packed, &count, text, uLong(text.count), 9) == Z_OK)
        packed.removeLast(packed.count - Int(count))
        return packed
    }

    @Test func whatGrowsTooMuchWhenInflatedIsWithheld() throws {
        let bomb = try Self.deflated([UInt8](repeating: 0x41, count: 4_000_000))
        let (clean, report) = scrub("data \(String(decoding: Base64.encode(bomb), as: UTF8.self)) end")
        #expect(clean.hasPrefix("data REDACTED_withheld_") && clean.hasSuffix(" end") && report.withheld == 1)
    }

    @Test func anEncodedRunBeyondItsBoundIsWithheld() {
        let text = String(repeating: "some text that says nothing. ", count: 4_000)
        let (clean, report) = scrub("data \(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self)) end")
        #expect(clean.hasPrefix("data REDACTED_withheld_") && clean.hasSuffix(" end") && report.withheld == 1)
    }

    @Test func moreEncodingsThanAreLookedIntoAreWithheld() {
        var text = Array("db_password=hunter2-x9!k and more".utf8)
        for depth in 1...6 {
            text = Base64.encode(text)
            let clean = scrub("data \(String(decoding: text, as: UTF8.self)) end").text
            #expect(clean.hasPrefix("data REDACTED_") && clean.hasSuffix(" end"), "\(depth) deep: \(clean)")
        }
    }

    @Test func nestingBeyondItsBoundWithholdsTheReply() {
        for bracket in ["[", "{\"a\":"] {
            let scrubber = ReplyScrubber(Samples.engine)
            for _ in 0..<Limits.redactionDepthMax + 50 { scrubber.open(bracket == "{\"a\":") }
            #expect(scrubber.mustWithhold)
        }
    }

    @Test(arguments: [
        "password=\u{0}hunter2x9Kq\u{0}", "\u{0}\u{0}password\u{0}=\u{0}hunter2x9Kq", "{\"password\":\"hunter2x9Kq",
        "{\"password\": \"hunter2x9Kq\\",
        "<password>hunter2x9Kq", "password='hunter2x9Kq", "x://u:hunter2x9Kq@", "\u{FEFF}password=hunter2x9Kq",
        "password\u{200B}=hunter2x9Kq",
    ])
    func oddBytesAndMissingEndsHideNothing(text: String) {
        #expect(!scrub(text).text.contains("hunter2"), "\(scrub(text).text)")
    }

    @Test func invalidUTF8HidesNothing() {
        for junk: [UInt8] in [[0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80]] {
            let text = junk + Array("password=".utf8) + Array("hunter2x9Kq".utf8) + junk + Array(" end".utf8)
            let clean = String(decoding: Samples.scrub(text), as: UTF8.self)
            #expect(!clean.contains("hunter2") && clean.hasSuffix(" end"), "\(junk): \(clean)")
        }
    }

    @Test(arguments: [
        "a", "password=x ", "\\", "{\"a\":", "eyJ", "-----BEGIN " + "PRIVATE KEY-----\n", "%41", "secret='", "aGVsbG8gd29ybGQg",
    ])
    func aLongLineIsScrubbedInBoundedMemory(piece: String) {
        let scrubber = TextScrubber(Samples.engine)
        let block = Array(String(repeating: piece, count: 64 * 1024 / piece.utf8.count + 1).utf8)
        var out = ByteBuffer()
        var waitingMax = 0
        for _ in 0..<10 {
            scrubber.push(block.span, into: &out)
            out.clear()
            waitingMax = max(waitingMax, scrubber.pending.readableCount)
        }
        scrubber.finish(into: &out)
        #expect(waitingMax <= 256 * 1024, "\(waitingMax) bytes")
    }

    @Test func aHundredThousandBytesInOneLineHideNothing() {
        var random = SeededGenerator(seed: 9)
        let filler = String(repeating: "column_a=1, column_b=some words here, ", count: 2_700)
        let token = "gh" + "p_" + random.text(36, from: "ABCDEFGHabcdefgh0123456789")
        let clean = scrub(filler + "password=hunter2x9Kq, token " + token + " " + filler).text
        #expect(!clean.contains("hunter2") && !clean.contains(token.suffix(20)) && clean.hasSuffix(filler))
    }

    /// A value in quotes that is longer than a look is replaced to the quote that closes it, however it was cut, and what follows stays.
    @Test(arguments: [3_000, 4_090, 5_000, 40_000, 100_000]) func aLongValueIsTakenToTheQuoteThatClosesIt(count: Int) {
        let words = String(repeating: "plain words of it ", count: count / 18) + "x9Kq-Lm3Zw7Rt"
        for (before, behind) in [
            (#"{"password": ""#, #"", "next": "it's \"kept\""} end"#), (#"{\"client_secret\": \""#, #"\", \"next\": 1} end"#),
            ("{'db_password': '", "', 'next': \"kept\"}\nend"),
        ] {
            let text = before + words + behind
            let (clean, report) = scrub(text)
            #expect(
                clean.hasPrefix(before + "REDACTED_") && clean.hasSuffix(behind), "\(before): \(clean.prefix(200)) … \(clean.suffix(60))")
            #expect(clean.utf8.count < before.utf8.count + behind.utf8.count + 40)
            #expect(report.total == 1)
            let bytes = Array(text.utf8)
            var random = SeededGenerator(seed: UInt64(count))
            for longest in [90, 6_000] {
                let isSame = Samples.scrubSettling(bytes, pieces: random.pieces(of: bytes, longest: longest)) == Array(clean.utf8)
                #expect(isSame, "\(before) in pieces of up to \(longest)")
            }
        }
    }

    @Test func coloursInsideOfALongValueAreTakenWithItWhereverItIsCut() {
        let words = String(repeating: "plain \u{1B}[31mwords\u{200B} of it ", count: 300)
        let text = "{\"password\": \"\(words)\u{1B}[0m\", \"next\": 1}"
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        #expect(whole.count < 80, "\(String(decoding: whole, as: UTF8.self).prefix(300))")
        for longest in [1, 3, 90] {
            var random = SeededGenerator(seed: UInt64(longest))
            let settled = Samples.scrubSettling(bytes, pieces: random.pieces(of: bytes, longest: longest))
            #expect(settled == whole, "pieces of up to \(longest): \(String(decoding: settled, as: UTF8.self).prefix(300))")
        }
    }

    @Test func theEndOfALineClosesALongValueToo() {
        let words = String(repeating: "plain words of it ", count: 400)
        let (clean, _) = scrub("{\"password\": \"\(words)\nthe next line\n")
        #expect(clean.hasSuffix("\nthe next line\n"), "\(clean.suffix(100))")
    }

    @Test func aLongListUnderAKeyIsReadAsFarAsALook() {
        let items = (0..<200).map { #""x9Kq-Lm3Z\#($0)""# }.joined(separator: ", ")
        let (clean, report) = scrub(#"{"passwords": [\#(items)]}"#)
        #expect(!clean.contains("x9Kq-Lm3Z") && report.total == 200, "\(clean.suffix(200))")
    }

    @Test(arguments: [1_100, 5_000, 50_000]) func aPasswordBeyondTheReachOfAURIIsWithheld(count: Int) {
        let (clean, report) = scrub("see x://u:" + String(repeating: "abC9", count: count / 4) + "@host/ end")
        #expect(clean == "see x://u:REDACTED_withheld_\(clean.dropFirst(28).prefix(8)) end" && report.withheld == 1, "\(clean.prefix(200))")
    }
}
