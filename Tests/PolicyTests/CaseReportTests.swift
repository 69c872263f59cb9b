import Core
import Foundation
import Policy
import Testing

@Suite struct CaseReportTests {
    private func report() throws -> CaseReport {
        let policy = try PolicyFiles.load(
            """
            version: 1
            name: p
            rules:
              - { id: a, allow: tools/call, tools: [a], principals: [anyone], set: { x: 1 } }
              - { id: b, allow: tools/call, tools: [b], principals: [anyone] }
            tests:
              - { call: a, expect: allow, rule: a, sends: { x: 1.0 } }
              - { call: a, expect: deny, code: 4031, title: "says <no> & \\"never\\"" }
              - { call: c, expect: allow, listed: true }
              - { call: c, expect: deny, rule: a, code: 4032 }
              - { call: a, with: { y: [1, { z: 2 }] }, expect: allow, sends: { x: 1, y: [1, { z: 2 }] } }
            """)
        var report = CaseReport()
        report.add(policy, policy.runCases(now: Calls.now))
        return report
    }

    @Test func tellsWhatFailedAndWhatWasNotTried() throws {
        let report = try report()
        #expect(report.passed == 1)
        #expect(report.failed == 4)
        #expect(
            report.rendered == """
                policy.yaml:7:5: tools/call a
                    would send {"x":1}, not {"x":1.0}
                policy.yaml:8:5: says <no> & "never"
                    was allowed by rule `a`
                policy.yaml:9:5: tools/call c
                    was refused: Tool `c` is not allowed (rule `default`). Use one of the tools that tools/list \
                shows; no other is available to you.
                    is hidden from lists
                policy.yaml:10:5: tools/call c
                    was refused with code 4031, not 4032
                    was decided by rule `default`, not `a`
                rules that decided no test: b
                1 passed, 4 failed
                """)
    }

    @Test func theXMLIsWellFormed() throws {
        let xml = try report().junit
        #expect(xml.contains("tests=\"5\" failures=\"4\""))
        #expect(xml.contains("says &lt;no&gt; &amp; &quot;never&quot;"))
        #expect(xml.components(separatedBy: "<testcase ").count == 6)
        #expect(xml.components(separatedBy: "<failure ").count == 5)
    }
}
