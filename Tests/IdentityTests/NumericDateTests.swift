import Core
import JSON
import Testing

@testable import Identity

@Suite struct NumericDateTests {
    static let rows: [(text: String, down: Int64?, up: Int64?)] = [
        ("0", 0, 0), ("1800000000", 1_800_000_000, 1_800_000_000), ("1800000000.0", 1_800_000_000, 1_800_000_000),
        ("1800000000.5", 1_800_000_000, 1_800_000_001), ("0.1", 0, 1), ("1.8e9", 1_800_000_000, 1_800_000_000),
        ("9000000000", 9_000_000_000, 9_000_000_000), ("9000000001", nil, nil), ("9000000000.5", 9_000_000_000, nil),
        ("-1", nil, nil), ("-0.5", nil, nil), ("1.5e9", 1_500_000_000, 1_500_000_000), ("1.55e1", nil, nil), ("1e-1", nil, nil),
        ("99999999999999999999999.5", nil, nil), ("1e400", nil, nil), ("\"1\"", nil, nil), ("null", nil, nil), ("true", nil, nil),
        ("[1]", nil, nil),
    ]

    @Test(arguments: rows) func reads(text: String, down: Int64?, up: Int64?) throws {
        let node = try JSONDocument.parse(Forge.bytes(text)).root
        #expect(NumericDate.read(node, .down)?.seconds == down)
        #expect(NumericDate.read(node, .up)?.seconds == up)
    }

    @Test func timesMoveWithinTheirRange() {
        let time = WallTime(seconds: 100)
        #expect(time.moved(by: .seconds(5)) == WallTime(seconds: 105))
        #expect(time.moved(by: .seconds(-5)) == WallTime(seconds: 95))
        #expect(time.moved(by: .milliseconds(-1)) == WallTime(nanoseconds: 99_999_000_000))
        #expect(time.moved(by: .seconds(Int64.max)) == WallTime(nanoseconds: .max))
        #expect(time.moved(by: .seconds(-Int64.max)) == WallTime(nanoseconds: .min))
        #expect(WallTime(nanoseconds: .max).moved(by: .nanoseconds(1)) == WallTime(nanoseconds: .max))
        #expect(time.since(WallTime(seconds: 40)) == .seconds(60))
        #expect(WallTime(seconds: 40).since(time) == .seconds(-60))
    }
}
