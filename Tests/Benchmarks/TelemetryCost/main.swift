import Core
import Glibc
import Telemetry

/// What the metrics of one exchange cost, in nanoseconds: what `Exchange+Record`, the phases before it and the end of a loop's turn count
/// for a call that is answered, done again and again. The smallest of many rounds counts. The last line is JSON.
let registry = Registry()
let shard = registry.makeShard(loop: 0)
let exchange = registry.register(.exchanges, Array("/mcp".utf8), Array("call".utf8), Array("answered".utf8))
let call = registry.register(.toolCalls, Array("/mcp".utf8), Array("other".utf8), Array("answered".utf8))
let permit = registry.register(.permits, Array("read".utf8))
let exchanges = 100_000
var best = Double.infinity

for _ in 0..<20 {
    let began = Instant.now()
    for number in 0..<exchanges {
        let took = 90_000 &+ UInt64(number & 0xFFFF)
        shard.adjust(.activeExchanges, by: 1)
        shard.add(.tokensRemembered)
        shard.add(permit)
        shard.add(.credentialsRemembered)
        shard.add(.upstreamConnectionsReused)
        shard.adjust(.upstreamBusy, by: 1)
        shard.adjust(.upstreamBusy, by: -1)
        shard.add(exchange)
        shard.add(call)
        shard.observe(.exchange, nanoseconds: took)
        shard.observe(.upstream, nanoseconds: took &- 10_000)
        shard.add(.clientBytesIn, 700)
        shard.add(.clientBytesOut, 1_400)
        if number % Limits.phaseSampleEvery == 0 {
            for phase in Phase.allCases { shard.observe(.phase(phase), nanoseconds: Instant.now().nanoseconds(since: began)) }
        }
        shard.adjust(.activeExchanges, by: -1)
        // A loop with little to do has a turn for each exchange.
        shard.add(.loopTurns)
        shard.add(.loopBusyNanoseconds, 12_000)
        shard.observe(.loopLag, nanoseconds: 12_000)
    }
    best = min(best, Double(Instant.now().nanoseconds(since: began)) / Double(exchanges))
}

precondition(registry.value(exchange) == 20 * exchanges, "every exchange was counted")
print("{\"metrics_ns\": \(Int(best))}")
