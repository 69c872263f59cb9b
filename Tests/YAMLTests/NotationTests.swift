import TestSupport
import Testing
import YAML

@Suite struct NotationTests {
    @Test(arguments: [
        ("0s", Duration.zero), ("250ms", .milliseconds(250)), ("5s", .seconds(5)), ("10m", .seconds(600)), ("1h", .seconds(3_600)),
        ("7d", .seconds(604_800)), ("36525d", .seconds(36_525 * 86_400)),
    ])
    func readsDurations(text: String, expected: Duration) { #expect(Notation.duration(text) == expected) }

    @Test(arguments: ["", "5", "s", "5 s", "05s", "-5s", "1.5s", "5S", "5sec", "1h30m", "36526d", "99999999999999999999s", "９s"])
    func refusesDurations(text: String) { #expect(Notation.duration(text) == nil) }

    @Test(arguments: [("0B", 0), ("512B", 512), ("64KiB", 65_536), ("4MiB", 4_194_304), ("1GiB", 1_073_741_824)])
    func readsSizes(text: String, expected: Int) { #expect(Notation.size(text) == expected) }

    @Test(arguments: ["4096", "4KB", "4kib", "4 MiB", "1.5MiB", "9223372036854775807KiB", "MiB", "-1B"])
    func refusesSizes(text: String) { #expect(Notation.size(text) == nil) }

    @Test(arguments: [
        ("10/s", YAMLRate(count: 10, per: .seconds(1))), ("60/min", YAMLRate(count: 60, per: .seconds(60))),
        ("500/h", YAMLRate(count: 500, per: .seconds(3_600))), ("1000/day", YAMLRate(count: 1_000, per: .seconds(86_400))),
    ])
    func readsRates(text: String, expected: YAMLRate) {
        #expect(Notation.rate(text) == expected)
        #expect(Notation.write(expected) == text)
    }

    @Test(arguments: ["", "60", "60/", "/min", "0/s", "60/m", "60 / min", "1.5/s", "-1/s", "60/minute", "1000000001/s"])
    func refusesRates(text: String) { #expect(Notation.rate(text) == nil) }

    @Test func whatIsWrittenReadsBack() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let duration = Duration.milliseconds(Int.random(in: 0...10_000_000_000, using: &generator))
            #expect(Notation.duration(Notation.write(duration)) == duration)
            let size = Int.random(in: 0...1 << 40, using: &generator)
            #expect(Notation.size(Notation.write(size: size)) == size)
        }
    }
}
