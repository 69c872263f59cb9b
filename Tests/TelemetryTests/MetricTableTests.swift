import Core
import Foundation
import Testing

@testable import Telemetry

@Suite struct MetricTableTests {
    /// The table in the documents is this one. After a change of the metrics: `louver metrics > Deploy/METRICS.md`.
    @Test func theDocumentIsWhatTheCodeSays() throws {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let written = try String(contentsOf: checkout.appendingPathComponent("Deploy/METRICS.md"), encoding: .utf8)
        #expect(written == MetricTable.document(), "run: louver metrics > Deploy/METRICS.md")
    }

    @Test func everyFamilyHasARow() {
        let rows = MetricTable.document().split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count == MetricNames.families.count)
        #expect(rows.contains { $0.hasPrefix("| `louver_tool_calls_total` | counter | `route` `tool` `outcome` | 1024 |") })
        #expect(rows.contains { $0.hasPrefix("| `louver_transferred_bytes_total` | counter | `peer` `direction` | 4 |") })
        #expect(rows.contains { $0.hasPrefix("| `louver_policy_info` | info | `policy` `hash` |") })
    }
}
