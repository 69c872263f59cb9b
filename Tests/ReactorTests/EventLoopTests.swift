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

    @Test func aNameIsLookedUpOffTheLoop() async throws {
        let home = try OnLoop()
        let found = try await home.run { loop in try await Resolver.addresses(of: "localhost", port: 80, on: loop).count }
        #expect(found > 0)
        await #expect(throws: Failure.self) {
            try await home.run { loop in try await Resolver.addresses(of: "no-such-host.invalid", port: 80, on: loop).count }
        }
    }
}
