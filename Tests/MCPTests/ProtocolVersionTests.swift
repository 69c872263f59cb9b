import Core
import Testing

@testable import MCP

@Suite struct ProtocolVersionTests {
    @Test func everyTextIsReadBack() {
        for version in ProtocolVersion.allCases {
            #expect(Sample.version(version.text.description) == version)
        }
    }

    @Test(arguments: ["", "banana", "1999-01-01", "2026-07-29", "2026-07-28 ", "2026-07-2", "2025-06-18, 2026-07-28"])
    func otherTextsAreNoVersion(_ text: String) {
        #expect(Sample.version(text) == nil)
    }

    @Test func setsKnowTheirNewest() {
        #expect(ProtocolVersionSet.all.newest(.legacy) == .november2025)
        #expect(ProtocolVersionSet.all.newest(.modern) == .july2026)
        #expect(ProtocolVersionSet.modern.newest(.legacy) == nil)
        #expect(ProtocolVersionSet.handshake.newest(.modern) == nil)
        #expect(ProtocolVersionSet(.march2025).newest(.legacy) == .march2025)
    }

    @Test func setsWriteTheirTexts() {
        #expect(Sample.text { ProtocolVersionSet.modern.write(into: &$0) } == #"["2026-07-28"]"#)
        #expect(
            Sample.text { ProtocolVersionSet.handshake.write(into: &$0) }
                == #"["2024-11-05","2025-03-26","2025-06-18","2025-11-25"]"#)
    }
}
