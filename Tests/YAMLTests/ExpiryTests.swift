import Core
import Testing

@testable import YAML

@Suite struct ExpiryTests {
    @Test(arguments: [
        ("1970-01-01", 86_400), ("2026-11-21", 1_795_305_600), ("2026-11-21T00:00:00Z", 1_795_219_200),
        ("2026-11-21T23:59:59Z", 1_795_305_599), ("2000-02-29T01:02:03Z", 951_786_123),
    ])
    func endsWithADayOrAtATime(text: String, seconds: Int64) {
        let expiry = Expiry(text)
        #expect(expiry?.end.seconds == seconds && expiry?.written == text)
    }

    @Test(arguments: [
        "", "T", "never", "2027-13-01", "2026-11-21T", "2026-11-21T24:00:00Z", "2026-11-21T12:60:00Z", "2026-11-21T12:00:60Z",
        "2026-11-21T12:00Z",
        "2026-11-21T12:00:00", "2026-11-21T12:00:00+01:00", "2026-11-21T+1:00:00Z", "2026-11-21T12:00:00ZT12:00:00Z",
        "2026-11-21 12:00:00Z",
        "2026-11-21T12:00:00.5Z", "12:00:00Z",
    ])
    func isNothingElse(text: String) { #expect(Expiry(text) == nil) }
}
