import Core
import Testing

@testable import HTTP

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (1_795_245_884, "Sat, 21 Nov 2026 07:24:44 GMT"),
    ]) func formats(_ seconds: Int64, _ text: String) {
        #expect(Wire.text(HTTPDate.format(WallTime(seconds: seconds))) == text)
    }
}
