import Core
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct EventLoopTests {
    /// A job for a loop that does not run yet goes through its inbox: its thread may begin at any moment.
    @Test func aLoopThatDoesNotRunIsNobodys() throws {
        #expect(try !EventLoop().isCurrent)
    }

    @Test func tasksStayOnTheLoop() async throws {
        let home = try OnLoop()
        let stayed = await home.run { loop in
            var all = loop.isCurrent
            for _ in 0..<100 {
                await Task.yield()
                all = all && loop.isCurrent
            }
            return all
        }
        #expect(stayed)
    }

    @Test func workFromOtherThreadsArrivesInOrder() async throws {
        let home = try OnLoop()
        let seen = Lock<[Int]>([])
        for number in 0..<1_000 { home.loop.submit { seen.withLock { $0.append(number) } } }
        await home.run { _ in }
        #expect(seen.withLock { $0 } == Array(0..<1_000))
    }

    @Test func sleepNeverEndsEarly() async throws {
        let home = try OnLoop()
        let slept = await home.run { loop in
            let start = Instant.now()
            await loop.sleep(.milliseconds(30))
            return Instant.now().nanoseconds(since: start)
        }
        #expect(slept >= 30_000_000)
    }

    /// A loop that polls hears of everything that one that sleeps hears of.
    @Test func pollingMissesNeitherTimersNorWork() async throws {
        let home = try OnLoop()
        let ticks = await home.run { loop in
            loop.poll(until: .never)
            for _ in 0..<3 { await loop.sleep(.milliseconds(5)) }
            return 3
        }
        #expect(ticks == 3)
        let seen = Lock(0)
        for _ in 0..<100 { home.loop.submit { seen.withLock { $0 += 1 } } }
        await home.run { loop in loop.stopPolling() }
        #expect(seen.withLock { $0 } == 100)
    }

    @Test func whetherATurnHasMoreToDoIsKnown() async throws {
        let home = try OnLoop()
        let seen = await home.run { loop in
            var seen: [Bool] = []
            // Alone in its turn.
            await loop.sleep(.milliseconds(1))
            seen.append(loop.hasOtherWork)
            // Two begin in one turn: the first has the second behind it.
            var done = 0
            LocalTask.run(on: loop) {
                seen.append(loop.hasOtherWork)
                done += 1
            }
            LocalTask.run(on: loop) { done += 1 }
            seen.append(loop.hasOtherWork)
            while done < 2 { await loop.sleep(.milliseconds(1)) }
            return seen
        }
        #expect(seen == [false, true, true])
    }

    @Test func aNameIsLookedUpOffTheLoop() async throws {
        let home = try OnLoop()
        let found = try await home.run { loop in try await Resolver.addresses(of: "localhost", port: 80, on: loop).count }
        #expect(found > 0)
        await #expect(throws: Failure.self) {
            try await home.run { loop in try await Resolver.addresses(of: "no-such-host.invalid", port: 80, on: loop).count }
        }
    }
}
