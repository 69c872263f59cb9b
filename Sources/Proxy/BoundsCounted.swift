import Identity
import RateLimit
import Telemetry

/// What the tables of one loop have told of entries that had to go for others, as far as the metrics know of it.
struct BoundsCounted {
    private var site: ObjectIdentifier?
    private var tokens = 0
    private var credentials = 0
    private var admissions = 0

    /// Counts what came since the last time. A new configuration begins with new tables.
    mutating func count(_ current: Site, on shard: Shard) {
        if site != ObjectIdentifier(current) { self = BoundsCounted(site: ObjectIdentifier(current)) }
        Self.count("verified_tokens", current.tokens.evictions, &tokens, shard)
        Self.count("issued_credentials", current.credentials.evictions, &credentials, shard)
        Self.count("admission_slots", current.admission.overflows, &admissions, shard)
    }

    private static func count(_ bound: StaticString, _ now: Int, _ before: inout Int, _ shard: Shard) {
        if now == before { return }
        shard.add(.boundHits, bound, now - before)
        before = now
    }
}
