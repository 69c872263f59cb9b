import Core
import Identity
import Testing
import YAML

@testable import Configuration

@Suite struct APIKeyFileTests {
    private static let digest = String(repeating: "ab", count: 32)

    private func faults(_ text: String) -> String {
        let faults = Faults()
        let keys = APIKeyFile.read(Array(text.utf8), file: "keys.yaml", faults: faults)
        #expect((keys == nil) == !faults.isEmpty)
        return faults.rendered
    }

    @Test func readsKeys() {
        let text = "keys:\n  - {id: a, sha256: \(Self.digest), groups: [g], scopes: [s], expires: 2027-06-30}\n"
        let keys = APIKeyFile.read(Array(text.utf8), file: "keys.yaml", faults: Faults())
        #expect(keys?.count == 1)
        #expect(faults("keys: []\n") == "")
    }

    @Test(arguments: [
        ("{}", "keys.yaml:1:1: `keys` is missing"), ("keys: [{sha256: \(digest)}]", "keys.yaml:1:8: `keys[0].id` is missing"),
        ("keys: [{id: a, sha256: abc}]", "keys.yaml:1:24: `keys[0].sha256` is not a SHA-256 in hexadecimal"),
        ("keys: [{id: a, sha256: \(digest), expires: 2027-02-29}]", "keys.yaml:1:99: `keys[0].expires` is not a day: `2027-02-29`"),
        ("keys: [{id: a, key: x}]", "keys.yaml:1:8: `keys[0].sha256` is missing"),
        ("keys: [{id: a, sha256: \(digest)}, {id: b, sha256: \(digest)}]", "keys.yaml: an API key is named twice"),
    ])
    func saysWhatIsWrong(text: String, expected: String) {
        let found = faults(text)
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2026-11-21", 1_795_219_200), ("2199-12-31", 7_258_032_000),
    ])
    func countsDays(day: String, seconds: Int64) { #expect(CalendarDay(day)?.start.seconds == seconds) }

    @Test(arguments: [
        "", "2027", "2027-13-01", "2027-00-01", "2027-01-00", "2027-04-31", "1969-12-31", "2200-01-01", "2027-1-1", "27-01-01",
    ])
    func knowsTheCalendar(day: String) { #expect(CalendarDay(day) == nil) }
}
