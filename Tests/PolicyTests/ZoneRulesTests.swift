import Foundation
import TestSupport
import Testing

@testable import Policy

@Suite struct ZoneRulesTests {
    /// Two changes and a footer, as a compiler of zones would write them: UTC+1 until 1000, +2 until 2000, then what the footer says.
    static func file(footer: String = "CET-1CEST,M3.5.0,M10.5.0/3", times: [Int64] = [1_000, 2_000], version: UInt8 = 2) -> [UInt8] {
        func number(_ value: Int64, _ bytes: Int) -> [UInt8] {
            (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
        }
        func header(_ times: Int, _ types: Int) -> [UInt8] {
            Array("TZif".utf8) + [version == 0 ? 0 : version + 0x30] + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, Int64(times), Int64(types), 4].flatMap { number($0, 4) }
        }
        let types: [UInt8] = number(3_600, 4) + [0, 0] + number(7_200, 4) + [1, 0]
        func body(_ width: Int) -> [UInt8] {
            times.flatMap { number($0, width) } + times.indices.map { UInt8($0 % 2 == 0 ? 1 : 0) } + types + Array("ABC\0".utf8)
        }
        let old = header(times.count, 2) + body(4)
        return version == 0 ? old : old + header(times.count, 2) + body(8) + Array("\n\(footer)\n".utf8)
    }

    @Test func listedChangesCount() throws {
        let zone = try #require(ZoneRules(Self.file()))
        #expect([-5, 999, 1_000, 1_999].map { zone.offset(at: $0) } == [3_600, 3_600, 7_200, 7_200])
        let old = try #require(ZoneRules(Self.file(version: 0)))
        #expect([999, 1_000, 2_000, 1 << 40].map { old.offset(at: $0) } == [3_600, 7_200, 3_600, 3_600])
    }

    @Test func theFooterCountsBehindThem() throws {
        let zone = try #require(ZoneRules(Self.file()))
        // Central Europe 2026: summer from March 29 01:00 UTC to October 25 01:00 UTC.
        #expect(zone.offset(at: 1_774_745_999) == 3_600)
        #expect(zone.offset(at: 1_774_746_000) == 7_200)
        #expect(zone.offset(at: 1_792_889_999) == 7_200)
        #expect(zone.offset(at: 1_792_890_000) == 3_600)
    }

    @Test(arguments: [
        ("<-03>3", 1_783_000_000, -10_800), ("EST5EDT,M3.2.0,M11.1.0", 1_783_000_000, -14_400),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_767_300_000, 39_600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_783_000_000, 36_000), ("<+1030>-10:30<+11>-11,J60/2,300/-1", 1_783_000_000, 39_600),
    ])
    func footersOfOtherZones(footer: String, at: Int64, offset: Int) throws {
        #expect(try #require(ZoneRules(Self.file(footer: footer))).offset(at: at) == offset)
    }

    @Test(arguments: [
        "X", "CET", "CET-99", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0,x", "<CET-1", "CET-1CEST,J0,J1",
    ])
    func brokenFootersAreRefused(footer: String) {
        #expect(ZoneRules(Self.file(footer: footer)) == nil)
    }

    /// Whatever stands in the file, nothing traps, and a zone that was read answers for every time.
    @Test(arguments: 0..<40)
    func brokenFilesAreRefused(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let whole = Self.file()
        #expect(ZoneRules(Array(whole.prefix(Int.random(in: 0..<whole.count - 40, using: &generator)))) == nil)
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if let zone = ZoneRules(bytes) {
                #expect(abs(zone.offset(at: Int64.random(in: -1 << 40...1 << 40, using: &generator))) < 200 * 3_600)
            }
        }
    }

    /// Against the system's own reading of its files.
    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
        "Africa/Casablanca",
    ])
    func agreesWithTheSystem(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
        let zone = try #require(ZoneRules(bytes))
        let system = try #require(TimeZone(identifier: name))
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let at = Int64.random(in: 1_000_000_000..<2_100_000_000, using: &generator)
            #expect(zone.offset(at: at) == system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(at))), "\(at)")
        }
    }

    @Test func daysAreCounted() throws {
        #expect(CivilDay.read("1970-01-01") == 0)
        #expect(CivilDay.read("2026-11-21") == 20_778)
        #expect(CivilDay.weekday(of: 20_778) == 5)
        for text in ["2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-00", "2026-01-01x", "+026-01-01"] {
            #expect(CivilDay.read(text) == nil)
        }
        var day = try #require(CivilDay.number(year: 1999, month: 12, day: 31))
        for year in 2000...2100 {
            for month in 1...12 {
                for date in 1...CivilDay.length(of: month, in: year) {
                    day += 1
                    #expect(CivilDay.number(year: year, month: month, day: date) == day)
                    #expect(CivilDay.year(of: day) == year)
                }
            }
        }
    }
}
