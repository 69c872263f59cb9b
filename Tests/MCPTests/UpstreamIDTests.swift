import Core
import TestSupport
import Testing

@testable import MCP

@Suite struct UpstreamIDTests {
    @Test func writesHexadecimal() {
        #expect(Sample.text { Sample.upstreamID.write(into: &$0) } == "\"\(Sample.upstreamText)\"")
    }

    @Test func matchesItselfOnly() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let id = UpstreamID(instance: generator.next(), serial: generator.next())
            var text = [UInt8](Sample.text { id.writeText(into: &$0) }.utf8)
            #expect(matches(id, text))
            text[Int.random(in: 0..<32, using: &generator)] ^= 1
            #expect(!matches(id, text))
        }
        for other in ["", Sample.upstreamText + "0", Sample.upstreamText.uppercased()] {
            #expect(!matches(Sample.upstreamID, [UInt8](other.utf8)))
        }
    }

    @Test(arguments: ["1", "-7", "123456789012345678901234567890", "\"a-1_b.c:d\"", "\"\""])
    func aPlainIDOfTheClientMayGoOn(_ text: String) throws {
        let requestID = try #require(RequestID(try Sample.json(text)))
        let id = try #require(UpstreamID(passing: requestID))
        #expect(Sample.text { id.write(into: &$0) } == text)
        let content = [UInt8](text.utf8.filter { $0 != UInt8(ascii: "\"") })
        let isString = text.hasPrefix("\"")
        #expect(matches(id, content) == isString, "a string is no number")
        #expect(matchesNumber(id, content) == !isString, "a number is no string")
        #expect(!matches(id, content + [0x30]) && !matchesNumber(id, content + [0x30]))
    }

    @Test(arguments: [#""a b""#, #""\u0061""#, #""a\/b""#, "\"ä\""])
    func anIDWithSeveralSpellingsDoesNot(_ text: String) throws {
        let requestID = try #require(RequestID(try Sample.json(text)))
        #expect(UpstreamID(passing: requestID) == nil)
    }

    private func matchesNumber(_ id: UpstreamID, _ text: [UInt8]) -> Bool { id.matches(number: text.span) }

    private func matches(_ id: UpstreamID, _ text: [UInt8]) -> Bool { id.matches(text.span) }

    @Test func aSourceNeverRepeats() {
        var source = UpstreamIDSource(instance: 9)
        var seen: Set<UpstreamID> = []
        for _ in 0..<1_000 { #expect(seen.insert(source.next()).inserted) }
    }
}
