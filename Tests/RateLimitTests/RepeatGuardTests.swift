import Core
import RateLimit
import Testing

@Suite struct RepeatGuardTests {
    private let rule = RepeatRule(calls: 4, within: .seconds(60), except: [Glob(Array("get_dag_run".utf8))])

    private func check(
        _ repeats: RepeatGuard, _ arguments: String, at seconds: Double, who: UInt8 = 1, tool: String = "get_log"
    ) -> RepeatGuard.Finding? {
        let (principal, name, digest) = ([who], Array(tool.utf8), Array(arguments.utf8))
        return repeats.check(
            principal: principal.span, tool: name.span, arguments: digest.span, rule: rule,
            now: Instant(nanoseconds: 1_000_000_000_000) + .milliseconds(Int64(seconds * 1_000)))
    }

    @Test func theSameCallPassesSoOftenAndNoMore() {
        let repeats = RepeatGuard()
        for second in 0..<4 { #expect(check(repeats, "a", at: Double(second)) == nil) }
        let found = check(repeats, "a", at: 10)
        #expect(found?.count == 4)
        #expect(found?.isPair == false)
        #expect(found?.retryAfter == .seconds(50))
        // Nobody is locked out: the refused call was not counted, and others pass.
        #expect(check(repeats, "b", at: 10) == nil)
        #expect(check(repeats, "a", at: 10, who: 2) == nil)
        #expect(check(repeats, "a", at: 10, tool: "get_dag") == nil)
        #expect(check(repeats, "a", at: 59.9) != nil)
        #expect(check(repeats, "a", at: 60) == nil)
        #expect(check(repeats, "a", at: 60.5)?.retryAfter == .milliseconds(500))
    }

    @Test func twoInTurnAreALoopToo() {
        let repeats = RepeatGuard()
        for (second, name) in ["a", "b", "a", "b"].enumerated() { #expect(check(repeats, name, at: Double(second)) == nil) }
        let found = check(repeats, "a", at: 5)
        #expect(found?.isPair == true)
        #expect(found?.count == 4)
        // A third one breaks the turn.
        #expect(check(repeats, "c", at: 6) == nil)
        #expect(check(repeats, "a", at: 7) == nil)
    }

    @Test func otherOrdersAreNoLoop() {
        let repeats = RepeatGuard()
        for (second, name) in ["a", "b", "c", "a", "b", "c", "b", "a", "c"].enumerated() {
            #expect(check(repeats, name, at: Double(second)) == nil)
        }
    }

    @Test func pollingToolsAreLeftAlone() {
        for (tool, isSeen) in [("get_dag_run", false), ("get_log", true)] {
            let name = Array(tool.utf8)
            let applies = rule.applies(to: name.span)
            #expect(applies == isSeen)
        }
    }

    /// More callers than there is room for: whoever was silent longest is forgotten, and a loop among them is still found.
    @Test func memoryIsBounded() {
        let repeats = RepeatGuard(principalsMax: 64)
        for round in 0..<2_000 {
            let (principal, name, digest): ([UInt8], [UInt8], [UInt8]) = ([UInt8(round & 255), UInt8(round >> 8), 7], [1], [2])
            _ = repeats.check(
                principal: principal.span, tool: name.span, arguments: digest.span, rule: rule,
                now: Instant(nanoseconds: 1_000_000_000_000 + UInt64(round) * 1_000_000))
        }
        var refused = 0
        for second in 0..<6 where check(repeats, "a", at: 3 + Double(second)) != nil { refused += 1 }
        #expect(refused == 2)
        #expect(repeats.forgotten > 1_000, "whose calls still counted")
    }
}
