import Core
import Crypto
import Testing

@testable import MCP

@Suite struct SessionSealTests {
    private let seal = SessionSeal(SealingKey.random())
    private let alice = [UInt8](repeating: 1, count: 16)
    private let mallory = [UInt8](repeating: 2, count: 16)
    private let route = [UInt8]("airflow".utf8)

    private func session(_ id: String) -> LegacySession {
        LegacySession(upstreamID: [UInt8](id.utf8), version: .june2025, issued: WallTime(seconds: 1_800_000_000))
    }

    private func open(_ value: [UInt8], _ principal: [UInt8], _ route: [UInt8], _ seal: SessionSeal? = nil) -> LegacySession? {
        (seal ?? self.seal).open(value.span, principal: principal, route: route)
    }

    @Test(arguments: ["", "0123456789abcdef0123456789abcdef", "!~", String(repeating: "x", count: 512)])
    func opensForItsPrincipalOnItsRouteOnly(_ id: String) throws {
        let value = try #require(seal.seal(session(id), principal: alice, route: route))
        #expect(open(value, alice, route) == session(id))
        #expect(open(value, mallory, route) == nil)
        #expect(open(value, alice, [UInt8]("other".utf8)) == nil)
        #expect(open(value, alice, route, SessionSeal(SealingKey.random())) == nil)
    }

    /// A new key comes: sessions under the last one live on until it goes too; new ones are sealed with the new key alone.
    @Test func keysAreExchangedWithAnOverlap() throws {
        let (old, new) = (SealingKey.random(), SealingKey.random())
        let before = SessionSeal(old)
        let between = SessionSeal(new, previous: [old])
        let after = SessionSeal(new)
        let first = try #require(before.seal(session("one"), principal: alice, route: route))
        #expect(open(first, alice, route, between) == session("one"))
        #expect(open(first, mallory, route, between) == nil)
        #expect(open(first, alice, route, after) == nil)
        let second = try #require(between.seal(session("two"), principal: alice, route: route))
        #expect(open(second, alice, route, after) == session("two"))
        #expect(open(second, alice, route, before) == nil, "a replica that has not been told yet: give all of them the key first")
    }

    /// Answers to questions that a server asked before the new key came.
    @Test func questionsOutliveAnExchangeOfKeys() throws {
        let (old, new) = (SealingKey.random(), SealingKey.random())
        func questions(_ seal: SessionSeal) throws -> QuestionSeal {
            try #require(seal.questions(session("one"), principal: alice, route: route))
        }
        let raw = [UInt8]("\"q-7\"".utf8)
        let parsed = RequestID(raw: raw.span)
        let id = try #require(parsed)
        func asked(_ seal: SessionSeal) throws -> RequestID {
            let shown = try #require(questions(seal).seal(id))
            let parsed = RequestID(raw: shown.span)
            return try #require(parsed)
        }
        let between = SessionSeal(new, previous: [old])
        let first = try asked(SessionSeal(old))
        #expect(try questions(between).open(first) == id)
        #expect(try questions(SessionSeal(new)).open(first) == nil, "the old key has gone")
        let other = try #require(between.questions(session("one"), principal: mallory, route: route))
        #expect(other.open(first) == nil)
        let second = try asked(between)
        #expect(try questions(SessionSeal(new)).open(second) == id)
        #expect(try questions(SessionSeal(old)).open(second) == nil)
    }

    @Test func isVisibleASCIIWithinTheBoundAndNeverTheSame() throws {
        let long = session(String(repeating: "x", count: Limits.upstreamSessionBytesMax))
        let first = try #require(seal.seal(long, principal: alice, route: route))
        #expect(first.count <= Limits.sessionIDBytesMax)
        #expect(first.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(first != seal.seal(long, principal: alice, route: route))
    }

    @Test func aChangedValueDoesNotOpen() throws {
        let value = try #require(seal.seal(session("abc"), principal: alice, route: route))
        for at in 0..<value.count {
            var changed = value
            changed[at] = changed[at] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(open(changed, alice, route) == nil)
        }
        #expect(open([UInt8](value.dropLast()), alice, route) == nil)
        #expect(open([], alice, route) == nil)
        #expect(open([UInt8](repeating: UInt8(ascii: "A"), count: 4_000), alice, route) == nil)
    }

    @Test(arguments: ["a b", "a\u{7F}", "ä", "a\r\nb", String(repeating: "x", count: 513)])
    func anIllegalUpstreamIDIsNotSealed(_ id: String) {
        #expect(seal.seal(session(id), principal: alice, route: route) == nil)
    }

    @Test func theSessionsVersionCounts() throws {
        let session = session("s")
        #expect(throws: Never.self) { try session.check(try Sample.legacy("tools/list", version: "2025-06-18").classify()) }
        #expect(throws: Never.self) { try session.check(try Sample.legacy("tools/list", version: nil).classify()) }
        let other = try Sample.legacy("tools/list", id: "9", version: "2025-03-26").classify()
        do throws(ProtocolFailure) {
            try session.check(other)
            Issue.record("accepted another version")
        } catch {
            #expect(error.httpStatus == 400 && error.code == -32020)
            #expect(error.id?.text == [UInt8]("9".utf8))
        }
    }
}
