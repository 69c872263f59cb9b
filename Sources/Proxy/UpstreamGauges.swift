import Telemetry

/// Counts the connections to upstreams of one loop.
final class UpstreamGauges {
    private let shard: Shard

    init(_ shard: Shard) { self.shard = shard }

    func opened() { shard.adjust(.upstreamBusy, by: 1) }

    func closed() { shard.adjust(.upstreamBusy, by: -1) }

    func becameIdle() {
        shard.adjust(.upstreamBusy, by: -1)
        shard.adjust(.upstreamIdle, by: 1)
    }

    func becameBusy() {
        shard.adjust(.upstreamIdle, by: -1)
        shard.adjust(.upstreamBusy, by: 1)
    }
}
