import Policy
import Testing

@Suite struct PolicyReplayTests {
    private static let head = "version: 1\nname: p\nprincipals: { staff: { groups: [staff] }, guests: { groups: [guests] } }\nrules:\n"
    private static let old = head + "  - { id: look, allow: tools/call, tools: [x, y], principals: [staff] }\n"

    private func judge(_ new: String, _ members: String, hash: [UInt8]? = nil) throws -> PolicyReplay.Outcome {
        let old = try PolicyFiles.load(Self.old)
        let text = String(decoding: hash ?? old.hash, as: UTF8.self)
        let line = "{\"decision\":\"allow\",\"policy_hash\":\"\(text)\",\"method\":\"tools/call\",\"kind\":\"tool\",\(members)}"
        return PolicyReplay(from: old, to: try PolicyFiles.load(Self.head + new)).judge(Array(line.utf8))
    }

    private static let called = #""rule":"look","object":"x""#

    @Test(arguments: [
        ("  - { id: look, allow: tools/call, tools: [x], principals: [staff] }\n", called, PolicyReplay.Outcome.same),
        ("  - { id: other, allow: tools/call, tools: [\"*\"], principals: [anyone] }\n", called, .same),
        ("  - { id: look, allow: tools/call, tools: [y], principals: [staff] }\n", called, .closed),
        ("  - { id: look, allow: tools/call, tools: [x], principals: [guests] }\n", called, .closed),
        ("  - { id: look, allow: tools/call, tools: [x], principals: [staff], when: { q: a_* } }\n", called, .undecided),
        (
            "  - { id: look, allow: tools/call, tools: [x], principals: [staff], when: { q: a_* } }\n",
            called + #","arguments":{"q":"a_1"}"#, .same
        ),
        (
            "  - { id: look, allow: tools/call, tools: [x], principals: [staff], when: { q: a_* } }\n",
            called + #","arguments":{"q":"b_1"}"#, .closed
        ),
        (
            "  - { id: no, deny: tools/call, tools: [x], when: { q: a_* } }\n"
                + "  - { id: look, allow: tools/call, tools: [x], principals: [staff] }\n",
            called + #","arguments":{"q":"a_1"}"#, .closed
        ),
        ("  - { id: look, allow: tools/call, tools: [x], principals: [staff], scopes: [w] }\n", called, .undecided),
        ("  - { id: look, allow: tools/call, tools: [x], principals: [staff], between: { days: [mon], zone: UTC } }\n", called, .undecided),
    ])
    func decidesWhatALineSays(new: String, members: String, expected: PolicyReplay.Outcome) throws {
        #expect(try judge(new, members) == expected)
    }

    @Test func whatWasDeniedMayBeAllowedForEverybody() throws {
        let line = #""rule":"default","object":"z""#
        func judge(_ new: String) throws -> PolicyReplay.Outcome {
            let old = try PolicyFiles.load(Self.old)
            let hash = String(decoding: old.hash, as: UTF8.self)
            let text = "{\"decision\":\"deny\",\"policy_hash\":\"\(hash)\",\"method\":\"tools/call\",\(line)}"
            return PolicyReplay(from: old, to: try PolicyFiles.load(Self.head + new)).judge(Array(text.utf8))
        }
        #expect(try judge("  - { id: a, allow: tools/call, tools: [z], principals: [anyone] }\n") == .opened)
        #expect(try judge("  - { id: a, allow: tools/call, tools: [z], principals: [guests] }\n") == .undecided, "who was it?")
        #expect(try judge("  - { id: a, allow: tools/call, tools: [x], principals: [anyone] }\n") == .same)
    }

    @Test(arguments: [
        #"{"decision":"allow"}"#, "", "{", #"{"decision":"limit","method":"tools/call","rule":"look"}"#, "[]",
    ])
    func otherLinesAreCountedApart(line: String) throws {
        let old = try PolicyFiles.load(Self.old)
        #expect(PolicyReplay(from: old, to: old).judge(Array(line.utf8)) == .foreign)
    }

    @Test func anotherPolicysDecisionsAreCountedApart() throws {
        let new = "  - { id: look, allow: tools/call, tools: [x], principals: [staff] }\n"
        #expect(try judge(new, Self.called, hash: Array("0123".utf8)) == .foreign)
        #expect(try judge(new, #""rule":"louver/identifier-guard","object":"x""#) == .undecided)
    }
}
