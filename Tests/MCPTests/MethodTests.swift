import Core
import Testing

@testable import MCP

@Suite struct MethodTests {
    @Test func everyNameFindsItsMethod() {
        for method in Method.allCases where method != .response {
            #expect(Sample.method(method.text.description) == method)
        }
    }

    @Test(arguments: ["", "Tools/call", "tools/call ", "tools/cal", "tools/calls", "notifications/", "rpc.discover"])
    func otherNamesFindNone(_ name: String) {
        #expect(Sample.method(name) == nil)
    }

    @Test(arguments: [
        (Method.initialize, false, true), (.discover, true, false), (.ping, false, true), (.toolsCall, true, true), (.listen, true, false),
        (.setLevel, false, true), (.resourcesSubscribe, false, true), (.tasksGet, false, true), (.tasksResult, false, true),
        (.createMessage, false, false), (.rootsList, false, false), (.message, false, false), (.response, false, false),
    ])
    func isOfferedOnItsWire(_ method: Method, modern: Bool, legacy: Bool) {
        #expect(method.isOffered(in: .modern) == modern)
        #expect(method.isOffered(in: .legacy) == legacy)
    }

    /// Lists, reads and discovery may be sent twice; whatever does something may not.
    @Test func whatMayBeSentTwice() {
        let repeatable: Set<Method> = [.discover, .toolsList, .resourcesList, .resourceTemplatesList, .resourcesRead, .promptsList]
        #expect(Set(Method.allCases.filter(\.isRepeatable)) == repeatable)
    }

    @Test func lanes() {
        for method in Method.allCases {
            let isWhole = method.listedKind != nil || method.isHandshake || method == .tasksList
            #expect((method.lane == .whole) == isWhole)
            #expect((method.lane == .perEvent) == (method == .listen))
        }
    }
}
