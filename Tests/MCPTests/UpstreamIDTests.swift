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

    private func matches(_ id: UpstreamID, _ text: [UInt8]) -> Bool { id.matches(text.span) }

    @Test func aSourceNeverRepeats() {
        var source = UpstreamIDSource(instance: 9)
        var seen: Set<UpstreamID> = []
        for _ in 0..<1_000 { #expect(seen.insert(source.next()).inserted) }
    }
}
