import Core
import Reactor
import Redaction
import Telemetry
import Testing
import YAML

@testable import Proxy

@Suite struct AllowanceWatchTests {
    /// 2027-01-31T00:00:00Z.
    private let lastDay = WallTime(seconds: 1_801_353_600)

    private func entries(_ untils: [String]) throws -> [Allowance] {
        let list = untils.map { "  - { detectors: [jwt], until: \($0) }\n" }.joined()
        let faults = Faults()
        let read = Allowance.readFile(Array("version: 1\nallow:\n\(list)".utf8), file: "allow.yaml", faults: faults)
        return try #require(read, "\(faults.all)")
    }

    @Test func tellsOnceWhenAnEntryEnds() async throws {
        let loop = try EventLoop()
        try LoopThread.start(loop, name: "test-loop")
        let read = try entries(["2027-01-31", "2027-02-02", "never", "2026-01-01", "2027-01-31T23:59:59Z"])
        let told: [[String]] = await withCheckedContinuation { done in
            loop.submit { [lastDay] in
                let watch = AllowanceWatch(log: Log(level: .error, writer: nil), loop: loop)
                watch.install(read, now: lastDay)
                let days: [Int64] = [0, 1, 1, 2, 3, 30]
                done.resume(returning: days.map { day in watch.look(WallTime(seconds: lastDay.seconds + day * 86_400)).map(\.farewell) })
            }
        }
        #expect(told.map(\.count) == [0, 2, 0, 0, 1, 0])
        #expect(told[1].first?.hasPrefix("allow.yaml:3:5: the time of this `allow` entry was over with 2027-01-31") == true, "\(told)")
    }

    @Test func anEntryOfTwoRoutesIsToldOnce() async throws {
        let loop = try EventLoop()
        try LoopThread.start(loop, name: "test-loop")
        let read = try entries(["2027-01-31"])
        let count: Int = await withCheckedContinuation { done in
            loop.submit { [lastDay] in
                let watch = AllowanceWatch(log: Log(level: .error, writer: nil), loop: loop)
                watch.install(read + read, now: lastDay)
                done.resume(returning: watch.look(WallTime(seconds: lastDay.seconds + 86_400)).count)
            }
        }
        #expect(count == 1)
    }
}
