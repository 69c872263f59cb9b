import Audit
import Core
import Reactor
import Redis
import Telemetry
import TestSupport
import Testing

@testable import Configuration
@testable import Proxy

@Suite(.timeLimit(.minutes(5))) struct RedisStoreTests {
    private func store(_ redis: ScriptedRedis, _ loop: EventLoop, _ health: StoreHealth, after old: RedisStore? = nil) -> RedisStore {
        RedisStore(RedisTarget(to: redis.port), loop: loop, log: .silent, audit: nil, health: health, after: old)
    }

    private func word(_ health: StoreHealth) -> String { "\(health.word)" }

    /// A reload that changes how Redis is reached: the old connection serves until the new one is up.
    @Test func theStoreBeforeServesUntilTheNextIsUp() async throws {
        try await OnLoop().run { loop in
            let (one, other) = (try ScriptedRedis(loop) { _ in "+OK\r\n" }, try ScriptedRedis(loop) { _ in "+OK\r\n" })
            let health = StoreHealth()
            let old = store(one, loop, health)
            try await loop.until { word(health) == "up" }
            other.greets = false
            let fresh = store(other, loop, health, after: old)
            try await loop.until { other.opened == 1 }
            #expect(fresh.inUse === old && word(health) == "up")
            // A reload while that one is not up yet changes nothing for calls.
            let freshest = store(other, loop, health, after: fresh)
            #expect(freshest.inUse === old)
            other.greets = true
            try await loop.until { freshest.inUse === freshest }
            try await loop.until { word(health) == "up" }
            freshest.closeSoon()
            #expect(word(health) == "embedded", "nobody is counted twice")
            one.close()
            other.close()
        }
    }

    /// A store that cannot be reached takes over too: what the limits say holds then, and not the old configuration for ever.
    @Test func theStoreBeforeIsLeftWhenTheNextFails() async throws {
        try await OnLoop().run { loop in
            let (one, other) = (try ScriptedRedis(loop) { _ in "+OK\r\n" }, try ScriptedRedis(loop) { _ in "+OK\r\n" })
            let health = StoreHealth()
            let old = store(one, loop, health)
            try await loop.until { word(health) == "up" }
            let port = other.port
            other.close()
            let fresh = RedisStore(RedisTarget(to: port), loop: loop, log: .silent, audit: nil, health: health, after: old)
            #expect(fresh.inUse === old)
            try await loop.until { fresh.inUse === fresh }
            #expect(word(health) == "lost")
            fresh.closeSoon()
            one.close()
        }
    }

    /// One that is lost itself serves nobody.
    @Test func aStoreThatIsLostIsNotGoneOnWith() async throws {
        try await OnLoop().run { loop in
            let (one, other) = (try ScriptedRedis(loop) { _ in "+OK\r\n" }, try ScriptedRedis(loop) { _ in "+OK\r\n" })
            let health = StoreHealth()
            let old = store(one, loop, health)
            try await loop.until { word(health) == "up" }
            one.close()
            try await loop.until { word(health) == "lost" }
            other.greets = false
            let fresh = store(other, loop, health, after: old)
            #expect(fresh.inUse === fresh)
            fresh.closeSoon()
            other.close()
        }
    }
}
