import Core
import Testing

@testable import Proxy

@Suite struct DateFieldTests {
    /// The first is the example of RFC 9110 section 5.6.7.
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (1_795_219_200, "Sat, 21 Nov 2026 00:00:00 GMT"),
    ])
    func writesTheFixedForm(seconds: Int64, text: String) {
        var field = DateField()
        #expect(String(decoding: field.line(WallTime(seconds: seconds)), as: UTF8.self) == "Date: \(text)\r\n")
    }

    @Test func followsTheClock() {
        var field = DateField()
        let first = field.line(WallTime(seconds: 1))
        #expect(field.line(WallTime(nanoseconds: 1_900_000_000)) == first)
        #expect(field.line(WallTime(seconds: 2)) != first)
    }
}
