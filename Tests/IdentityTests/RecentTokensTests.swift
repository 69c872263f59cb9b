import Core
import TestSupport
import Testing

@testable import Identity

@Suite struct RecentTokensTests {
    private static let until = Forge.now.moved(by: .seconds(60))

    private static func filled(_ texts: [[UInt8]]) throws -> RecentTokens {
        let tokens = RecentTokens()
        let principal = try Forge.principal()
        for text in texts { tokens.insert(SecretBytes(text.span), principal, since: Forge.now, until: until) }
        return tokens
    }

    @Test func answersTheSameBytesOnly() throws {
        let token = Forge.sound()
        let tokens = try Self.filled([token])
        #expect(tokens.find(token.span, now: Forge.now) != nil)
        for at in token.indices {
            var other = token
            other[at] ^= 1
            #expect(tokens.find(other.span, now: Forge.now) == nil, "byte \(at)")
        }
        for other in [Array(token.dropFirst()), Array(token.dropLast()), [0x61] + token, token + [0x61], [], Array(token.suffix(16))] {
            #expect(tokens.find(other.span, now: Forge.now) == nil, "\(other.count) bytes")
        }
        #expect(tokens.find(token.span, now: Forge.now) != nil, "what was not the token has not pushed it out")
    }

    @Test func aTokenEndsAtItsTime() throws {
        let token = Forge.sound()
        let tokens = try Self.filled([token])
        #expect(tokens.find(token.span, now: Self.until.moved(by: .nanoseconds(-1))) != nil)
        #expect(tokens.find(token.span, now: Self.until) == nil)
        #expect(tokens.count == 0)
        let again = try Self.filled([token])
        #expect(again.find(token.span, now: Forge.now.moved(by: .nanoseconds(-1))) == nil, "a clock that was set back")
        #expect(again.count == 0)
    }

    @Test func tokensWithOneEndPushEachOtherOut() throws {
        let tail = [UInt8](repeating: 0x7A, count: 16)
        let (first, second) = (Forge.bytes("first") + tail, Forge.bytes("other") + tail)
        let tokens = try Self.filled([first, second])
        #expect(tokens.count == 1)
        #expect(tokens.find(first.span, now: Forge.now) == nil)
        #expect(tokens.find(second.span, now: Forge.now) != nil)
        tokens.remove(second.span)
        #expect(tokens.count == 0)
    }

    @Test func whatIsTooShortIsNotKept() throws {
        #expect(try Self.filled([Forge.bytes("fifteen-letters")]).count == 0)
        #expect(try Self.filled([Forge.bytes("sixteen--letters")]).count == 1)
    }

    @Test func isBoundedInEntriesAndBytes() throws {
        func text(_ number: Int, _ count: Int) -> [UInt8] {
            let name = Forge.bytes("\(number)")
            return [UInt8](repeating: 0x61, count: count - name.count) + name
        }
        let small = try Self.filled((0..<Limits.recentTokensMax + 10).map { text($0, 100) })
        #expect(small.count == Limits.recentTokensMax)
        #expect(small.find(text(9, 100).span, now: Forge.now) == nil)
        #expect(small.find(text(10, 100).span, now: Forge.now) != nil)
        let large = try Self.filled((0..<200).map { text($0, Limits.tokenBytesMax) })
        #expect(large.count > 10 && large.count <= Limits.recentTokensBytesMax / Limits.tokenBytesMax)
        #expect(large.find(text(199, Limits.tokenBytesMax).span, now: Forge.now) != nil)
    }

    @Test func forgetsOnRequest() throws {
        let token = Forge.sound()
        let tokens = try Self.filled([token])
        tokens.removeAll()
        #expect(tokens.find(token.span, now: Forge.now) == nil)
    }
}
