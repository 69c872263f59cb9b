import Telemetry

/// Counts the connections to upstreams of one loop.
final class UpstreamGauges {
    private let shard: Shard

    init(_ shard: Shard) { self.shard = shard }

    func opened() {
        shard.adjust(.upstreamBusy, by: 1)
        shard.add(.upstreamConnectionsOpened)
    }

    func reused() { shard.add(.upstreamConnectionsReused) }

    func repeated() { shard.add(.upstreamRetries) }

    func sent(_ count: Int) { shard.add(.upstreamBytesOut, count) }

    func received(_ count: Int) { shard.add(.upstreamBytesIn, count) }

    func closed() { shard.adjust(.upstreamBusy, by: -1) }

    func queueFull() { shard.add(.boundHits, "upstream_waiters") }

    func waits(_ change: Int) { shard.adjust(.upstreamWaiting, by: change) }

    func becameIdle() {
        shard.adjust(.upstreamBusy, by: -1)
        shard.adjust(.upstreamIdle, by: 1)
    }

    func becameBusy() {
        shard.adjust(.upstreamIdle, by: -1)
        shard.adjust(.upstreamBusy, by: 1)
    }
}
