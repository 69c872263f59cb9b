import Audit
import Configuration
import Core
import Crypto
import Policy
import RateLimit
import Redaction
import Synchronization
import Telemetry

/// What all loops of a process share besides the configuration: locked or atomic, and small.
final class SharedState: Sendable {
    let registry: Registry
    let log: Log
    let accessWriter: LineWriter?
    /// Spans on their way to the collector.
    let spans: SpanQueue
    let audit: AuditTrail?
    let calls = CallRegistry()
    /// What the replies to each principal taught; survives a reload.
    let learned = LearnedStore()
    let buckets = MemoryLimiter(
        epoch: WallTime(nanoseconds: WallTime.now().nanoseconds - Int64(clamping: Instant.now().nanoseconds)))
    let repeats = RepeatGuard()
    let storeHealth = StoreHealth()
    let issuerKeys = IssuerKeys()
    /// The key of session seals where the configuration names none: sessions then end with the process.
    let sessionKey = SealingKey.random()
    /// Whether the process takes more memory than it may.
    let pressure = MemoryWatch.Pressure()
    private let facts = Lock<[String: UpstreamFacts]>([:])
    private let healths = Lock<[String: UpstreamHealth]>([:])
    private let gates = Lock<[String: UpstreamGate]>([:])

    private let hasToldUnlocked = Atomic(false)
    private let logWriter: LineWriter?
    private let labelled = Lock<[Labelled: CounterID]>([:])

    /// Opens the logs that the first configuration names; they stay open over reloads.
    init(_ snapshot: Snapshot) throws {
        let registry = Registry()
        self.registry = registry
        spans = SpanQueue(registry: registry)
        logWriter = try LineWriter.start(snapshot.options.logs.events, registry: registry)
        log = Log(level: snapshot.options.logs.level, writer: logWriter)
        accessWriter = try snapshot.options.logs.access.map { try LineWriter.start($0, registry: registry, counter: .accessLinesDropped) }
        audit = try Self.openAudit(snapshot, log, registry)
        publish(snapshot)
    }

    private static func openAudit(_ snapshot: Snapshot, _ log: Log, _ registry: Registry) throws -> AuditTrail? {
        guard let audit = snapshot.audit else { return nil }
        let sink = try AuditSink(path: audit.options.path, signer: audit.signer, whenFull: audit.options.whenFull, log: log)
        return try AuditTrail(sink, names: AuditNames(audit.hashKey), registry: registry)
    }

    /// Says once that learned values are in memory that may be swapped out.
    func tellUnlocked() {
        if hasToldUnlocked.exchange(true, ordering: .relaxed) { return }
        log.event(
            .warn, "secrets_unlocked",
            .text("text", "the system keeps no more memory out of swap, and learned secrets are in memory that it may write there"))
    }

    /// Tells in the metrics what is in force.
    func publish(_ snapshot: Snapshot) {
        if let known = snapshot.redaction.known, !known.isLocked { registry.add(.secretsUnlocked, known.count) }
        registry.setFacts(.build, [[.init("version", Product.version.withUTF8Buffer { [UInt8]($0) })]])
        registry.setFacts(.configuration, [[.init("hash", snapshot.hash)]])
        registry.setFacts(.policy, snapshot.routes.map { [.init("policy", Array($0.policy.name.utf8)), .init("hash", $0.policy.hash)] })
        registry.setFacts(.detectors, [[.init("hash", snapshot.detectorsHash)]])
    }

    /// Opens the log files anew, after somebody renamed them.
    func reopenLogs() {
        logWriter?.reopen()
        accessWriter?.reopen()
        audit?.reopen()
    }

    /// Writes out what the logs still hold.
    func flushLogs() {
        audit?.finish()
        logWriter?.finish()
        accessWriter?.finish()
    }

    /// Counts under a label that comes from a loaded file, such as a detector's kind or a bucket's id: there is a bounded number of them.
    func count(_ family: OpenFamily, _ labels: [[UInt8]], _ count: Int, on shard: Shard) {
        let key = Labelled(family: family, labels: labels)
        let counter = labelled.withLock { known in
            if let counter = known[key] { return counter }
            let fresh = registry.register(family, labels)
            known[key] = fresh
            return fresh
        }
        shard.add(counter, count)
    }

    /// Random bits that set this process and loop apart from every other.
    func instanceSeed() -> UInt64 { SecureRandom.uint64() }

    /// Whether the upstream of a name can be reached; survives a reload.
    func health(_ name: String) -> UpstreamHealth {
        healths.withLock { table in
            if let known = table[name] { return known }
            let fresh = UpstreamHealth(Array(name.utf8), registry: registry)
            table[name] = fresh
            return fresh
        }
    }

    private struct Labelled: Hashable {
        let family: OpenFamily
        let labels: [[UInt8]]
    }

    /// The gate before the upstream at a URL; survives a reload, which may move its cap.
    func gate(url: String, cap: Int) -> UpstreamGate {
        let gate = gates.withLock { table in
            let known = table[url] ?? UpstreamGate(cap: cap)
            table[url] = known
            return known
        }
        gate.setCap(cap)
        return gate
    }

    /// What is known about the upstream at a URL; survives a reload.
    func facts(url: String, make: () -> UpstreamFacts) -> UpstreamFacts {
        facts.withLock { table in
            if let known = table[url] { return known }
            let fresh = make()
            table[url] = fresh
            return fresh
        }
    }
}
