import Core
import Testing

@testable import Identity

@Suite struct TokenInspectionTests {
    @Test func tellsWhatStandardsNameAndOfOthersTheNames() throws {
        let token = Forge.sound([
            "secret_note": "\"do not tell\"", "exp": "\(Forge.now.seconds + 60)", "nbf": "\(Forge.now.seconds - 7_300)",
        ])
        let rows = try TokenInspection(token.span, now: Forge.now).rows
        let text = rows.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
        #expect(text.hasPrefix("alg=RS256\nkid=rsa-1\n"))
        #expect(text.contains("sub=\"alice\""))
        #expect(text.contains("(in 60 s)"))
        #expect(text.contains("(2 h ago)"))
        #expect(text.contains("also holds=") && text.contains("secret_note"))
        #expect(!text.contains("do not tell"))
        let signature = Forge.text(token).split(separator: ".")[2]
        #expect(!text.contains(signature))
    }

    @Test func whatIsNoTokenIsRefused() {
        let text = Forge.bytes("louver_key")
        #expect(throws: TokenRefusal.notCompact) { _ = try TokenInspection(text.span, now: Forge.now) }
    }
}
