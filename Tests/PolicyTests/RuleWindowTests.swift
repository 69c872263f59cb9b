import Core
import Policy
import Testing

@Suite struct RuleWindowTests {
    private func policy(_ between: String, _ effect: String = "allow") throws -> PolicySet {
        let deny = effect == "deny" ? "\n  - { id: free, allow: tools/call, tools: [x], principals: [anyone] }" : ""
        return try PolicyFiles.load(
            "version: 1\nname: p\nrules:\n"
                + "  - { id: r, \(effect): tools/call, tools: [x], principals: [anyone], between: \(between) }\(deny)\n"
        )
    }

    private func decision(_ policy: PolicySet, _ at: String) throws -> Decision {
        let time = try #require(WallTime(policyText: at))
        return policy.decide(policy.subject(of: try Calls.principal()), try Calls.tool("x"), now: time)
    }

    @Test(arguments: [
        // Berlin is two hours ahead in summer, one in winter.
        ("{ hours: \"09:00-17:00\", zone: Europe/Berlin }", "2026-07-01T07:00:00Z", true),
        ("{ hours: \"09:00-17:00\", zone: Europe/Berlin }", "2026-07-01T06:59:59Z", false),
        ("{ hours: \"09:00-17:00\", zone: Europe/Berlin }", "2026-07-01T15:00:00Z", false),
        ("{ hours: \"09:00-17:00\", zone: Europe/Berlin }", "2026-12-01T08:00:00Z", true),
        ("{ hours: \"09:00-17:00\", zone: Europe/Berlin }", "2026-12-01T07:00:00Z", false),
        // 2026-11-21 is a Saturday.
        ("{ days: [mon-fri], zone: UTC }", "2026-11-20T23:59:59Z", true),
        ("{ days: [mon-fri], zone: UTC }", "2026-11-21T00:00:00Z", false),
        ("{ days: [sat-mon], zone: UTC }", "2026-11-23T12:00:00Z", true),
        ("{ days: [sat-mon], zone: UTC }", "2026-11-24T12:00:00Z", false),
        // A night belongs to the day it began on.
        ("{ days: [fri], hours: \"22:00-06:00\", zone: UTC }", "2026-11-21T05:59:00Z", true),
        ("{ days: [fri], hours: \"22:00-06:00\", zone: UTC }", "2026-11-20T05:59:00Z", false),
        ("{ days: [fri], hours: \"22:00-06:00\", zone: UTC }", "2026-11-20T22:00:00Z", true),
        ("{ hours: \"00:00-24:00\", zone: UTC }", "2026-11-20T23:59:59Z", true),
        ("{ dates: 2026-12-20..2027-01-06, zone: UTC }", "2027-01-06T23:59:59Z", true),
        ("{ dates: 2026-12-20..2027-01-06, zone: UTC }", "2027-01-07T00:00:00Z", false),
        ("{ dates: 2026-12-24, zone: America/New_York }", "2026-12-25T04:59:00Z", true),
        ("[{ days: [mon], zone: UTC }, { days: [wed], zone: UTC }]", "2026-11-25T00:00:00Z", true),
        ("[{ days: [mon], zone: UTC }, { days: [wed], zone: UTC }]", "2026-11-24T00:00:00Z", false),
    ])
    func holdsWithinItsSpan(between: String, at: String, holds: Bool) throws {
        #expect(try decision(policy(between), at).isPermit == holds)
        #expect(try decision(policy(between, "deny"), at).isPermit == !holds)
    }

    @Test func aRefusalTellsTheHours() throws {
        let denied = try decision(policy("{ days: [mon-thu], hours: \"09:00-17:00\", zone: Europe/Berlin }"), "2026-11-21T00:00:00Z")
        #expect(denied.denial?.say.contains("only where the time is mon-thu 09:00-17:00 (Europe/Berlin)") == true)
    }

    /// Hours are like conditions on arguments: clients keep lists for longer, and a refusal says when to come back.
    @Test func listsShowWhatIsAllowedAtOtherHours() throws {
        let policy = try policy("{ days: [mon], zone: UTC }")
        #expect(policy.allows(policy.subject(of: try Calls.principal()), .tool, Array("x".utf8)))
        let freeze = try self.policy("{ days: [mon], zone: UTC }", "deny")
        #expect(freeze.allows(freeze.subject(of: try Calls.principal()), .tool, Array("x".utf8)))
    }

    @Test func explanationsNameTheHours() throws {
        let policy = try policy("{ days: [mon], zone: UTC }")
        let now = try #require(WallTime(policyText: "2026-11-21T00:00:00Z"))
        let told = policy.explain(try Calls.principal(), try Calls.tool("x"), now: now)
        #expect(told.steps.map(\.outcome) == [.otherTime("mon (UTC)")])
    }
}
