import Telemetry

/// Counts the connections of one loop to one upstream.
final class UpstreamGauges {
    private let shard: Shard
    private let health: UpstreamHealth

    init(_ shard: Shard, _ health: UpstreamHealth) {
        self.shard = shard
        self.health = health
    }

    /// A connection was made, or could not be.
    func reached(_ success: Bool) { health.note(success) }

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
