import Core
import JSON

/// What an operator is told about the buckets in use: how many there are of each limit, and the emptiest of them.
public struct BucketSurvey: Sendable {
    /// The limits that were asked for.
    public let limits: [KnownLimit]
    private var inUse: [Int]
    private var empty: [Int]
    private var strangers = 0
    private var sightings: [BucketSighting] = []
    private let most: Int

    /// Begins a survey that keeps the `most` emptiest buckets.
    public init(_ limits: [KnownLimit], most: Int) {
        self.limits = limits
        self.most = most
        inUse = Array(repeating: 0, count: limits.count)
        empty = inUse
    }

    /// Adds a bucket.
    public mutating func add(_ sighting: BucketSighting) {
        inUse[sighting.limit] += 1
        if sighting.left < 1 { empty[sighting.limit] += 1 }
        if most == 0 { return }
        sightings.append(sighting)
        if sightings.count >= 2 * most { cut() }
    }

    /// Adds a bucket of a limit that was not asked for, or is in force no longer.
    public mutating func addStranger() { strangers += 1 }

    private mutating func cut() {
        sightings.sort { ($0.share, $0.limit, $0.rest) < ($1.share, $1.limit, $1.rest) }
        sightings.removeLast(max(0, sightings.count - most))
    }

    /// Writes it as JSON.
    ///
    /// - Parameter store: what was looked at, in words.
    public mutating func write(store: String, into out: inout ByteBuffer) {
        cut()
        out.append("{\"store\":")
        JSONText.appendString(store, to: &out)
        out.append(",\"limits\":[")
        for (at, limit) in limits.enumerated() {
            if at > 0 { out.append(",") }
            let id = limit.rule.id
            out.append("{\"limit\":")
            JSONText.appendString(id.span, to: &out)
            out.append(",\"policy\":")
            JSONText.appendString(limit.policy, to: &out)
            out.append(",\"per\":[")
            let words = KeyPart.names.filter { $0.part.isEmpty ? limit.rule.per.isEmpty : limit.rule.per.contains($0.part) }
            for (at, word) in words.enumerated() {
                if at > 0 { out.append(",") }
                JSONText.appendString(word.word, to: &out)
            }
            out.append("]")
            Self.number(",\"in_use\":", inUse[at], &out)
            Self.number(",\"empty\":", empty[at], &out)
            out.append("}")
        }
        out.append("]")
        Self.number(",\"others\":", strangers, &out)
        out.append(",\"buckets\":[")
        for (at, sighting) in sightings.enumerated() {
            if at > 0 { out.append(",") }
            write(sighting, &out)
        }
        out.append("]")
        Self.number(",\"left_out\":", inUse.reduce(0, +) - sightings.count, &out)
        out.append("}")
    }

    private func write(_ sighting: BucketSighting, _ out: inout ByteBuffer) {
        let id = limits[sighting.limit].rule.id
        out.append("{\"limit\":")
        JSONText.appendString(id.span, to: &out)
        if let owner = sighting.owner {
            out.append(",\"principal\":\"")
            BucketName.write(owner, into: &out)
            // Memory knows only the first half.
            if owner & 0xFFFF_FFFF == 0 { out.truncate(by: 8) }
            out.append("\"")
        }
        out.append(",\"bucket\":\"")
        BucketName.write(sighting.rest, into: &out)
        out.append("\"")
        Self.number(",\"of\":", sighting.size, &out)
        Self.number(",\"left\":", sighting.left, &out)
        Self.number(",\"retry_after_ms\":", sighting.retryAfter.millisecondsRoundedUp, &out)
        Self.number(",\"full_after_ms\":", sighting.fullAfter.millisecondsRoundedUp, &out)
        out.append("}")
    }

    private static func number(_ key: StaticString, _ value: Int, _ out: inout ByteBuffer) {
        out.append(key)
        out.append(decimal: value)
    }
}
