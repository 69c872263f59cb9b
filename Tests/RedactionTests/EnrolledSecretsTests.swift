import CScan
import Core
import TestSupport
import Testing
import YAML

@testable import Redaction

@Suite struct EnrolledSecretsTests {
    private let key = SecretBytes([UInt8](repeating: 7, count: 32).span)

    private func load(_ values: [String]) throws -> EnrolledSecrets {
        let made = EnrolledSecrets.file(of: values.map { Array($0.utf8) }, tenantKey: key)
        return try #require(EnrolledSecrets(made.text, file: "enrolled.txt", tenantKey: key, faults: Faults()))
    }

    private func scrub(_ text: String, _ enrolled: EnrolledSecrets, longest: Int = 0, seed: UInt64 = 1) -> String {
        let engine = RedactionEngine(detectors: Samples.detectors, tenantKey: key, enrolled: enrolled)
        return Samples.scrub(text, with: engine, longest: longest, seed: seed)
    }

    /// Vectors of the SipHash paper's reference code: key 00 01 … 0f, messages 00 01 ….
    @Test(arguments: [(15, 0xa129_ca61_49be_45e5), (8, 0x93f5_f579_9a93_2462), (0, 0x726f_db47_dd0e_0e31)] as [(Int, UInt64)])
    func hashesAsPublished(count: Int, expected: UInt64) {
        let key: [UInt64] = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908, 0, 0]
        let message = (0..<16).map { UInt8($0) }
        #expect(cscan_enrolled_hash(key, message, count) == expected)
    }

    /// Padding ends a run; keys of storage accounts are written with it.
    @Test func aValueThatEndsInPaddingIsFoundWithoutIt() throws {
        let value = "Xy7+ocJ2isAjIhKtJ0RlgLKO" + "q8w=="
        let enrolled = try load([value])
        for text in ["see \(value) there", "x=\(value);", "\"\(value.dropLast(2))\""] {
            let clean = scrub(text, enrolled)
            #expect(clean.contains("REDACTED_") && !clean.contains("ocJ2isAj"), "\(clean)")
        }
    }

    /// Every run that is a value, against a search that splits at every other byte.
    @Test(arguments: 1...20) func findsWhatANaiveSearchFinds(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let letters = ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_-~$%#", "abcdef-", "0123456789abcdef"][seed % 3]
        let values = (0..<40).map { _ in random.text(Int.random(in: 10...120, using: &random), from: letters) }
        let enrolled = try load(values)
        var text = ""
        for _ in 0..<400 {
            text += random.text(Int.random(in: 0...30, using: &random), from: letters)
            text += [" ", "\n", "=", "\"", "@", ". ", "/", ", ", "é", ""].randomElement(using: &random) ?? ""
            if Int.random(in: 0..<3, using: &random) == 0 { text += values.randomElement(using: &random) ?? "" }
            text += [" ", "&", "'", "!", "...", ":"].randomElement(using: &random) ?? ""
        }
        let bytes = Array(text.utf8)
        var expected: [[Int]] = []
        var at = 0
        while at < bytes.count {
            var end = at
            while end < bytes.count, cscan_is_enrollable(bytes[end]) != 0 { end += 1 }
            var (low, high) = (at, end)
            while low < high, ".!/*".utf8.contains(bytes[low]) { low += 1 }
            while high > low, ".!/*".utf8.contains(bytes[high - 1]) { high -= 1 }
            if values.contains(String(decoding: bytes[low..<high], as: UTF8.self)) { expected.append([low, high]) }
            at = end + 1
        }
        let runs = UnsafeMutablePointer<cscan_run>.allocate(capacity: 512)
        defer { runs.deallocate() }
        var found: [[Int]] = []
        enrolled.find(in: bytes.span, from: 0, runs: runs, capacity: 512) { found.append([$0, $1]) }
        #expect(Set(found) == Set(expected) && !expected.isEmpty)
    }

    /// A file of the first version says nothing of anchors, one of the second nothing of lengths; joined with one of the third, all of all
    /// are found.
    @Test func readsWhatEarlierVersionsWrote() throws {
        let values = ["correct-horse_battery", "k9Qf3ZpL0aTx", "2026-11-21-20"]
        func lines(_ values: [String]) -> [Substring] {
            String(decoding: EnrolledSecrets.file(of: values.map { Array($0.utf8) }, tenantKey: key).text, as: UTF8.self).split(
                separator: "\n")
        }
        func read(_ text: String) throws -> EnrolledSecrets {
            try #require(EnrolledSecrets(Array(text.utf8), file: "e.txt", tenantKey: key, faults: Faults()))
        }
        let all = lines(values)
        let name = all[0].suffix(8)
        let old = try read("louver-enrolled 1 \(name)\n" + all.dropFirst(2).joined(separator: "\n") + "\n")
        let second = try read("louver-enrolled 2 \(name)\nwords from 12\n" + all.dropFirst(2).joined(separator: "\n") + "\n")
        let none = try read("louver-enrolled 2 \(name)\nwords from none\n" + lines(["k9Qf3ZpL0aTx"])[2] + "\n")
        let random = try load(["k9Qf3ZpL0aTx"])
        #expect(old.count == 3 && old.isSlow && second.isSlow && !random.isSlow && !none.isSlow)
        let joined = try #require(
            EnrolledSecrets(joining: [random, try read("louver-enrolled 1 \(name)\n" + lines(["2026-11-21-20"])[2])]))
        for value in values { #expect(!scrub("is \(value) it", old).contains(value)) }
        for value in values { #expect(!scrub("is \(value) it", second).contains(value)) }
        for value in values.dropFirst() { #expect(!scrub("is \(value) it", joined).contains(value)) }
        #expect(!scrub("is k9Qf3ZpL0aTx it", none).contains("k9Qf3ZpL0aTx"))
        #expect(scrub("is k9Qf3ZpL0aTy it", joined) == "is k9Qf3ZpL0aTy it")
    }

    /// Values without an anchor are found by their lengths: short ones, such as are longer than a mask, and among values of many lengths.
    @Test(arguments: [
        [10], [22], [62], [63], [64], [65], [127], [128], [500], [512], [10, 62, 63, 511], Array(10...30), Array(58...70),
        [11, 12, 13, 300],
    ])
    func findsWordsOfEachLength(lengths: [Int]) throws {
        let words = Array("correct-horse.battery_staple/stable!horse*".utf8)
        func value(_ length: Int) -> String {
            String(
                decoding: (0..<length).map { $0 == 0 || $0 == length - 1 ? UInt8(ascii: "w") : words[($0 &* 7 &+ length) % words.count] },
                as: UTF8.self)
        }
        let values = lengths.map(value)
        let enrolled = try load(values)
        #expect(EnrolledSecrets.file(of: values.map { Array($0.utf8) }, tenantKey: key).wordCount == values.count)
        for text in values {
            for (before, after) in [("", ""), ("is ", " it"), ("(", ")"), ("..", "!"), ("=/", "./\n"), ("\"*", "*\"")] {
                for filler in [0, 1, 40, 63, 64, 4_090, 4_096] {
                    let pad = String(repeating: "-word. ", count: filler / 7) + String(repeating: " ", count: filler % 7)
                    let out = scrub(pad + " " + before + text + after + " " + pad, enrolled)
                    #expect(
                        !out.contains(text) && out.hasPrefix(pad) && out.hasSuffix(after + " " + pad),
                        "\(text.utf8.count) \(filler) \(before)")
                }
            }
            for other in ["x" + text, text + "x", "x." + text, text + "/x", String(text.dropLast()), String(text.dropFirst())] {
                #expect(scrub("is \(other) it", enrolled) == "is \(other) it")
            }
        }
    }

    /// The second line says how long values without an anchor are, to whoever has the key, and belongs to the lines below it.
    @Test func theLengthsAreReadOnlyWithTheLinesTheyAreOf() throws {
        let made = EnrolledSecrets.file(of: ["k9Qf3ZpL0aTx", "correct-horse", "battery-staple"].map { Array($0.utf8) }, tenantKey: key)
        #expect(made.wordCount == 2)
        let lines = String(decoding: made.text, as: UTF8.self).split(separator: "\n")
        #expect(lines[1].hasPrefix("lengths ") && lines[1].utf8.count == 33)
        for kept in [lines.dropLast(), lines[...] + lines.suffix(1), lines.prefix(2) + lines.suffix(3).reversed()] {
            let faults = Faults()
            let text = Array(kept.joined(separator: "\n").utf8)
            #expect(EnrolledSecrets(text, file: "e.txt", tenantKey: key, faults: faults) == nil)
            #expect(faults.all.first?.description.contains("e.txt:2:1: not the line that") == true)
        }
    }

    /// Each code path of the search for anchors, against a look at each place.
    @Test(arguments: 1...12) func everyPathFindsTheSameAnchors(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var text = Array(random.text(Int.random(in: 0...9_000, using: &random), from: "abzAZ09mQ5zz@[`{/: é").utf8)
        for _ in 0..<text.count / 50 { text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        let start = seed % 2 == 0 || text.isEmpty ? 0 : Int.random(in: 0..<text.count, using: &random)
        func isWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) }
        func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
        let expected = text.indices.filter { last in
            guard last >= max(5, start), text[last - 5...last].allSatisfy(isWord) else { return false }
            let (first, second) = (text[last - 4], text[last - 3])
            return ASCII.isDigit(first) != ASCII.isDigit(second) || (isLower(first) && second &- 0x41 < 26)
        }
        for kernel in Int32(CSCAN_SCALAR)...Int32(CSCAN_AVX512) {
            var places = [UInt32](repeating: 0, count: Int(CSCAN_ANCHOR_PLACES))
            var found: [Int] = []
            var at = start
            while at < text.count {
                var count = 0
                let bytes = cscan_anchors(kernel, text, text.count, at, &places, &count)
                found += places.prefix(count).map { at + Int($0) }
                at += bytes
            }
            #expect(found == expected, "path \(kernel)")
        }
    }

    @Test func findsWholeRunsRawAndDecoded() throws {
        let value = "correct-horse_battery9"
        let enrolled = try load([value])
        let encoded = String(decoding: Base64.encode(Array("user:\(value)@somewhere.example".utf8)), as: UTF8.self)
        for text in ["say \(value).", "x=\(value)&y", "(\(value))", "postgres://\(value)@h/db", "see \(encoded) there", "\(value)"] {
            #expect(scrub(text, enrolled).contains("REDACTED_"), "\(text)")
            #expect(!scrub(text, enrolled).contains(value), "\(text)")
        }
        #expect(scrub("a\(value)", enrolled) == "a\(value)", "a part of a run is not the value")
    }

    @Test func theCutOfTheInputDoesNotMatter() throws {
        let enrolled = try load(["correct-horse_battery9", String(repeating: "k9", count: 256)])
        let filler = String(repeating: "words and words, and correct-horse_battery and more\n", count: 700)
        let text = filler + "correct-horse_battery9 " + filler + String(repeating: "k9", count: 256) + "\n" + filler
        let whole = scrub(text, enrolled)
        #expect(whole.split(separator: "REDACTED_known-secret_", omittingEmptySubsequences: false).count == 3)
        for seed in UInt64(1)...10 { #expect(scrub(text, enrolled, longest: seed < 3 ? 40 : 9_000, seed: seed) == whole, "seed \(seed)") }
    }

    @Test func theFileTellsNothingWithoutItsKey() {
        let value = "correct-horse_battery9"
        let made = EnrolledSecrets.file(of: [Array(value.utf8), Array(value.utf8), Array("short".utf8)], tenantKey: key)
        #expect(made.count == 1)
        let lines = String(decoding: made.text, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("louver-enrolled 3 ") && lines[1].hasPrefix("lengths ") && lines[2].utf8.count == 22)
        let other = EnrolledSecrets.file(of: [Array(value.utf8)], tenantKey: SecretBytes([UInt8](repeating: 8, count: 32).span))
        #expect(other.text != made.text)
    }

    @Test(arguments: [
        ("", "1:1: not a file of"), ("louver-enrolled 2 00000000\n", "1:19: was made with another tenant key"),
        ("louver-enrolled 1 00000000\n", "1:19: was made with another tenant key"),
        ("louver-enrolled 3 00000000\n", "1:19: was made with another tenant key"), ("louver-enrolled 4 00000000\n", "1:1: not a file of"),
        ("louver-enrolled 3\n", "1:1: not a file of"), ("GOOD 3\nabc\n", "2:1: not the line"), ("GOOD 3", "2:1: not the line"),
        ("GOOD 3\nlengths 0123456789abcdef 01234567\n", "2:1: not the line"), ("GOOD 2\nwords from 9\n", "2:1: not the line"),
        ("GOOD 2\nabc\n", "2:1: not the line"), ("GOOD 2\nwords from none\nabc\n", "3:1: not a line of"),
        ("GOOD 2\nwords from 10\n12345 123456789012345g\n", "3:1: not a line of"), ("GOOD 1\nabc\n", "2:1: not a line of"),
    ])
    func refusesAFaultyFile(text: String, message: String) {
        let head = String(decoding: EnrolledSecrets.file(of: [], tenantKey: key).text, as: UTF8.self).split(separator: "\n")[0]
        var text = text
        for version in 1...3 where text.hasPrefix("GOOD \(version)") {
            text = "louver-enrolled \(version) \(head.suffix(8))" + text.dropFirst(6)
        }
        let faults = Faults()
        let bytes = Array(text.utf8)
        #expect(EnrolledSecrets(bytes, file: "e.txt", tenantKey: key, faults: faults) == nil)
        #expect(faults.all.first?.description.hasPrefix("e.txt:\(message)") == true, "\(faults.all)")
    }

    @Test(arguments: [
        ("short", false), ("long-enough-1", true), ("with blank in it", false), ("/with/marks!", true), ("half=and=half", false),
    ])
    func saysWhatCanBeEnrolled(value: String, isFine: Bool) {
        #expect((EnrolledSecrets.refusal(of: Array(value.utf8).span) == nil) == isFine)
    }
}
