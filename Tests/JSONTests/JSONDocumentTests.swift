import Core
import JSON
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
    @Test("refused in both dialects", arguments: Refusal.refusedInBoth)
    func refusedInBoth(_ refusal: Refusal) {
        for dialect in [JSONDialect.request, .reply] {
            let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(refusal.text, dialect: dialect) }
            #expect(failure?.reason == refusal.reason)
        }
    }

    @Test("refused in a request, repaired in a reply", arguments: Refusal.brokenText)
    func brokenText(_ refusal: Refusal) throws {
        let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(refusal.text) }
        #expect(failure?.reason == refusal.reason)
        let repaired = try JSONDocument.parse(refusal.text, dialect: .reply)
        #expect(repaired.repairs > 0)
        var text = ByteBuffer()
        repaired.root.write(into: &text)
        #expect(try JSONDocument.parse(text.copy()).repairs == 0)
    }

    @Test(
        "accepted in both dialects",
        arguments: [
            "0", "-0", "1", "-1", "10", "0.0", "1.5", "1e1", "1E+1", "1e-1", "0e0", "123456789012345678901234567890", "1e400",
            "true", "false", "null", "\"\"", "\"a\"", "[]", "{}", " [ ] ", "\t{\r\n}\n", "[[]]", "[{}]", "{\"\":{}}",
            "[1,2,3]", "[ 1 , 2 ]", "{\"a\":1,\"b\":2}", "{ \"a\" : 1 }", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]",
            #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\uD83D\uDE00""#, #""\uFFFF\uFFFE\ufdd0""#, "\"\u{7F}\"", "\"\u{2028}\u{2029}\"",
            "\"\u{FEFF}\"", "\"\u{10FFFF}\"", "\"\u{800}\u{7FF}\u{80}\"", "{\"a\":1,\"A\":2,\"a \":3}",
        ])
    func accepted(_ text: String) throws {
        #expect(try JSONDocument.parse([UInt8](text.utf8)).repairs == 0)
        #expect(try JSONDocument.parse([UInt8](text.utf8), dialect: .reply).repairs == 0)
    }

    @Test func depthUpToTheBoundIsAccepted() throws {
        let text = String(repeating: "[", count: Limits.jsonDepthMax) + String(repeating: "]", count: Limits.jsonDepthMax)
        #expect(try JSONDocument.parse([UInt8](text.utf8)).root.count == 1)
    }

    @Test func keyAndNumberUpToTheirBoundsAreAccepted() throws {
        let key = String(repeating: "\\u0061", count: Limits.jsonKeyBytesMax)
        let number = String(repeating: "9", count: Limits.jsonNumberBytesMax)
        #expect(try JSONDocument.parse([UInt8]("{\"\(key)\":\(number)}".utf8)).root.count == 1)
    }

    /// An object of `count` members, the last one named like member `twin` if that is given.
    static func object(_ count: Int, twin: Int? = nil) -> [UInt8] {
        var text = "{"
        for index in 0..<count {
            let name = index == count - 1 ? twin ?? index : index
            text += (index > 0 ? "," : "") + "\"member-\(name)\":\(index)"
        }
        return [UInt8]((text + "}").utf8)
    }

    @Test(arguments: [2, 15, 16, 17, 18, 100, 4_096]) func duplicateIsFoundInObjectsOfAnySize(_ count: Int) throws {
        #expect(try JSONDocument.parse(Self.object(count), dialect: .reply).root.count == count)
        for twin in [0, (count - 1) / 2, count - 2] {
            let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(Self.object(count, twin: twin)) }
            #expect(failure?.reason == .duplicateKey)
        }
    }

    @Test func memberBoundHoldsInRepliesOnly() throws {
        let count = Limits.jsonObjectMembersMax + 1
        #expect(try JSONDocument.parse(Self.object(count)).root.count == count)
        let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(Self.object(count), dialect: .reply) }
        #expect(failure?.reason == .tooManyMembers)
    }

    @Test func openMembersBoundCountsNestedObjects() throws {
        // Each level has as many members as an object may have, the last of which holds the next level.
        func nested(_ levels: Int) -> [UInt8] {
            var text = "0"
            for _ in 0..<levels {
                let members = (1..<Limits.jsonObjectMembersMax).map { "\"\($0)\":0," }.joined()
                text = "{\(members)\"last\":\(text)}"
            }
            return [UInt8](text.utf8)
        }
        let levels = Limits.jsonOpenMembersMax / Limits.jsonObjectMembersMax
        #expect(try JSONDocument.parse(nested(levels), dialect: .reply).root.count == Limits.jsonObjectMembersMax)
        let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(nested(levels + 1), dialect: .reply) }
        #expect(failure?.reason == .tooManyMembers)
    }

    @Test func repairsAreCountedAndReplaced() throws {
        let source: [UInt8] = Refusal.quoted([0x61, 0xFF, 0x62, 0xE2, 0x82, 0x63] + [UInt8]("\\ud800\\udbff\\udc00\\udc00".utf8))
        let document = try JSONDocument.parse(source, dialect: .reply)
        #expect(document.repairs == 4)
        let expected = "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{10FC00}\u{FFFD}"
        #expect(document.root.string == [UInt8](expected.utf8))
    }

    @Test func keysThatBecomeEqualByRepairAreDuplicates() {
        let text = [0x7B] + Refusal.quoted([0xFF]) + [0x3A, 0x31, 0x2C] + Refusal.quoted([0xFE]) + [0x3A, 0x31, 0x7D]
        let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse(text, dialect: .reply) }
        #expect(failure?.reason == .duplicateKey)
    }

    @Test func failureNamesTheOffset() {
        let failure = #expect(throws: JSONFailure.self) { try JSONDocument.parse([UInt8](#"{"a":1,"a":2}"#.utf8)) }
        #expect(failure?.offset == 7)
    }
}
