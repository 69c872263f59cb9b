import Core
import Policy
import Testing

@Suite struct TextPatternTests {
    private func policy(_ pattern: String, _ effect: String = "allow") throws -> PolicySet {
        let free = effect == "deny" ? "\n  - { id: free, allow: tools/call, tools: [x], principals: [anyone] }" : ""
        return try PolicyFiles.load(
            "version: 1\nname: p\nguard: { identifiers: false, unknown_arguments: allow }\nrules:\n"
                + "  - { id: r, \(effect): tools/call, tools: [x], principals: [anyone], when: { a: { regex: '\(pattern)' } } }\(free)\n")
    }

    private func permits(_ policy: PolicySet, _ arguments: String) throws -> Bool {
        policy.judge(try Calls.principal(), try Calls.tool("x", arguments)).isPermit
    }

    @Test(arguments: [
        ("etl_[a-z]+", #"{"a":"etl_daily"}"#, true), ("etl_[a-z]+", #"{"a":"etl_daily2"}"#, false),
        ("etl_[a-z]+", #"{"a":"xetl_daily"}"#, false), ("etl_[a-z]+", #"{"a":"etl_daily\n"}"#, false),
        ("etl_[a-z]+$", #"{"a":"etl_daily\n"}"#, false), ("a|b", #"{"a":"ab"}"#, false), ("a|ab", #"{"a":"ab"}"#, true),
        ("\\p{L}+", #"{"a":"größe"}"#, true), ("....", #"{"a":"ünde"}"#, true), ("1", #"{"a":1}"#, false),
        ("x", #"{}"#, false), ("x", #"{"a":null}"#, false), ("x.", #"{"a":["xa","xb"]}"#, true), ("x.", #"{"a":["xa","y"]}"#, false),
        ("x.", #"{"a":[["xa"],["y"]]}"#, false), ("x.", #"{"a":[]}"#, false),
    ])
    func coversTheWholeText(pattern: String, arguments: String, matches: Bool) throws {
        #expect(try permits(policy(pattern), arguments) == matches)
    }

    @Test func inADenyRuleOneIsEnoughAndDoubtDenies() throws {
        let deny = try policy("prod_.*", "deny")
        #expect(try !permits(deny, #"{"a":["dev_x","prod_y"]}"#))
        #expect(try permits(deny, #"{"a":["dev_x"]}"#))
        #expect(try !permits(deny, #"{"a":7}"#))
    }

    /// What would run for hours ends at the bound, and is taken for the worse.
    @Test func stepsAreBounded() throws {
        let text = String(repeating: "a", count: 4_000)
        #expect(try !permits(policy("(a+)+[bc]"), "{\"a\":\"\(text)\"}"))
        #expect(try !permits(policy("(a+)+[bc]", "deny"), "{\"a\":\"\(text)\"}"))
    }

    @Test func textsAndListsAreBounded() throws {
        let long = String(repeating: "a", count: Limits.policyRegexTextBytesMax + 1)
        #expect(try !permits(policy("a+"), "{\"a\":\"\(long)\"}"))
        #expect(try !permits(policy("b+", "deny"), "{\"a\":\"\(long)\"}"))
        let list = [String](repeating: "\"a\"", count: Limits.policyRegexTextsMax + 1).joined(separator: ",")
        #expect(try !permits(policy("a"), "{\"a\":[\(list)]}"))
        #expect(try !permits(policy("b", "deny"), "{\"a\":[\(list)]}"))
    }
}
