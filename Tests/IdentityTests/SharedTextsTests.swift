import Core
import Testing

@testable import Identity

@Suite struct SharedTextsTests {
    @Test func equalListsBecomeOne() {
        let texts = SharedTexts()
        let first = texts.shared([[1, 2], [3]])
        let second = texts.shared([[1, 2], [3]])
        #expect(first.withUnsafeBytes { $0.baseAddress } == second.withUnsafeBytes { $0.baseAddress })
        #expect(texts.shared([[1], [2, 3]]) == [[1], [2, 3]])
        #expect(texts.shared([[UInt8]]()).isEmpty)
        #expect(texts.count == 2)
    }

    @Test func theNumberIsBounded() {
        let texts = SharedTexts()
        for number in 0..<3 * Limits.sharedTextsMax {
            let text = Forge.bytes(String(number))
            #expect(texts.shared(text) == text)
            #expect(texts.shared([text]) == [text])
            #expect(texts.count <= 2 * Limits.sharedTextsMax)
        }
        texts.removeAll()
        #expect(texts.count == 0)
    }
}
