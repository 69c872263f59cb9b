import Core
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// Lines that were broken at one column, whatever stood there.
@Suite struct HardWrapTests {
    private static func wrap(_ text: String, _ width: Int) -> String {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: width).map {
            String(decoding: bytes[$0..<min($0 + width, bytes.count)], as: UTF8.self)
        }.joined(separator: "\n")
    }

    /// What comes out, held against what comes out in pieces.
    private func scrub(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        var random = SeededGenerator(seed: 9)
        let cuts = bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
        let lines = zip([0] + cuts, cuts + [bytes.count]).map { Array(bytes[$0..<$1]) }
        for pieces in [lines, bytes.map { [$0] }, random.pieces(of: bytes, longest: 60)] {
            let other = Samples.scrubSettling(bytes, pieces: pieces)
            #expect(other == whole, "\(String(decoding: other, as: UTF8.self)) or \(String(decoding: whole, as: UTF8.self))")
        }
        return String(decoding: whole, as: UTF8.self)
    }

    private static let password = "Tr0ub4dor" + "X9kLm2QzP7w!"
    private static let lead = "2026-11-21 10:00:00 INFO the scheduler of the warehouse has begun to connect "

    /// Each place of the value at the end of a line, behind a line as long and before one.
    @Test(arguments: ["password=", "\"password\": ", "db_password: ", "--password "]) func aValueIsTakenWholeWhereverItsLineBreaks(
        key: String
    ) {
        for cut in 1..<Self.password.utf8.count {
            for (before, after) in [
                (Self.lead, " and goes on"), ("", " and goes on with " + String(repeating: "words ", count: 40)), (Self.lead, ""),
            ] {
                // The first line, or the second, ends inside of the value.
                let head = before + "with the user etl, who owns the schema, and "
                let padding = before.isEmpty || (head.utf8.count + key.utf8.count + cut) % 2 == 0 ? "" : " "
                let reach = head.utf8.count + padding.utf8.count + key.utf8.count + cut
                let clean = scrub(Self.wrap(head + padding + key + Self.password + after, before.isEmpty ? reach : reach / 2))
                let joined = clean.split(separator: "\n").joined()
                #expect(joined.contains(key + "REDACTED_password_") && !Survival.survives(Self.password, in: joined), "\(cut): \(clean)")
                #expect(joined.hasSuffix(after.isEmpty ? "" : String(after.suffix(10))), "\(clean)")
            }
        }
    }

    /// Records of one form are as long as each other too, and what begins the next is none of the value.
    @Test func linesThatAreAsLongAreNotBroken() {
        let record = "10:00:00 worker connected to the warehouse with password=abcd12345x"
        let clean = scrub([record, record, record].joined(separator: "\n") + "\n")
        #expect(
            clean.split(separator: "\n").allSatisfy { $0.hasPrefix("10:00:00 worker") && $0.contains("=REDACTED_password_") }, "\(clean)")
        let others = ["2026-11-21 10:00:00,123 INFO next", "[2026-11-21T10:00:00] {x.py:1} INFO - next", "next line of words", "KEY=value"]
        for other in others {
            let clean = scrub(Self.lead.prefix(66) + "x\n" + record + "\n" + other + "\n")
            let isKept = other == others[2] || clean.hasSuffix("\n\(other)\n")
            #expect(isKept, "\(clean)")
        }
        // Of lines of other lengths the next belongs to nobody.
        #expect(scrub("short\n" + record + "\nnext line of words\n").hasSuffix("\nnext line of words\n"))
    }

    @Test func anAnchorThatALineBreaksIsFound() {
        var random = SeededGenerator(seed: 4)
        let base = "ABCDEFGHabcdefgh0123456789"
        let tokens = [
            "gh" + "p_" + random.text(36, from: base), "glp" + "at-" + random.text(20, from: base + "x"),
            "npm" + "_" + random.text(36, from: base),
        ]
        for token in tokens {
            for cut in 1..<3 {
                let clean = scrub("the token \(token.prefix(cut))\n\(token.dropFirst(cut)) is it\n")
                #expect(clean.hasPrefix("the token \(token.prefix(cut))\nREDACTED_") && clean.hasSuffix(" is it\n"), "\(clean)")
                // What stands before the break is no anchor's beginning then.
                let kept = "the tokenx\(token.prefix(cut))\n\(token.dropFirst(cut)) is it\n"
                #expect(scrub(kept) == kept)
            }
        }
    }
}
