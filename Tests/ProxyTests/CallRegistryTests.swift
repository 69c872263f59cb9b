import Core
import JSON
import MCP
import Testing

@testable import Proxy

@Suite struct CallRegistryTests {
    private let calls = CallRegistry()
    private let alice = Array("alice".utf8)

    private func session(_ name: String = "s") -> LegacySession {
        LegacySession(upstreamID: Array(name.utf8), version: .november2025, issued: WallTime(seconds: 0))
    }

    private func id(_ text: String) throws -> RequestID { try #require(RequestID(try JSONDocument.parse(Array(text.utf8)).root)) }

    private func upstream(_ serial: UInt64) -> UpstreamID { UpstreamID(instance: 7, serial: serial) }

    @Test func aCallIsFoundByItsOwnCallerOnItsOwnSessionUnderItsOwnID() throws {
        let entry = try #require(calls.register(session(), of: alice, try id("1"), upstream(1)))
        #expect(calls.find(session(), of: alice, try id("1")) == upstream(1))
        #expect(calls.find(session("other"), of: alice, try id("1")) == nil)
        #expect(calls.find(session(), of: Array("mallory".utf8), try id("1")) == nil)
        #expect(calls.find(session(), of: alice, try id("\"1\"")) == nil)
        #expect(calls.find(session(), of: alice, nil) == nil)
        calls.remove(entry)
        #expect(calls.find(session(), of: alice, try id("1")) == nil && calls.count == 0)
    }

    @Test func ofTwoCallsWithOneIDEachTakesOutOnlyItself() throws {
        let first = try #require(calls.register(session(), of: alice, try id("1"), upstream(1)))
        let second = try #require(calls.register(session(), of: alice, try id("1"), upstream(2)))
        calls.remove(first)
        #expect(calls.find(session(), of: alice, try id("1")) == upstream(2))
        calls.remove(second)
        #expect(calls.count == 0)
    }

    @Test func theTableIsBounded() throws {
        for number in 0..<Limits.registeredCallsMax {
            #expect(calls.register(session(), of: alice, try id("\(number)"), upstream(UInt64(number))) != nil)
        }
        #expect(calls.register(session(), of: alice, try id("\"more\""), upstream(0)) == nil)
        #expect(calls.count == Limits.registeredCallsMax)
    }
}
