import Core

/// The first bucket a caller meets, before its body is read: one per principal, and one per address that fails to authenticate.
///
/// Belongs to one loop, so it takes no lock; a caller whose connections spread over several loops has the sum of their rates. Every call
/// costs the same, however many callers there are.
public final class AdmissionGate {
    private let principalArithmetic: BucketArithmetic
    private let failureArithmetic: BucketArithmetic
    private var principals: BucketTable
    private var addresses: BucketTable
    private let seed: KeySeed
    private static let shared = BucketKey(low: 1, high: 0)

    /// Makes a gate: what one principal may send, and how often one address may fail.
    public init(
        principals: BucketArithmetic, failures: BucketArithmetic, slotsMax: Int = Limits.admissionSlotsMax, seed: KeySeed = .random()
    ) {
        principalArithmetic = principals
        failureArithmetic = failures
        self.principals = BucketTable(placesMax: slotsMax)
        addresses = BucketTable(placesMax: slotsMax)
        self.seed = seed
    }

    /// Draws one token of a principal, named by its stable digest. Nil when it may go on, else how long it has to wait.
    public func admit(principal: Span<UInt8>, now: Instant) -> Duration? {
        let micros = now.nanoseconds / 1_000
        principals.makeRoom(for: 1, now: micros)
        return Self.draw(&principals, key(principal), principalArithmetic, micros)
    }

    /// Whether an address may try to authenticate: nil, or how long it has to wait. Costs it nothing.
    public func mayAuthenticate(address: Span<UInt8>, now: Instant) -> Duration? {
        let micros = now.nanoseconds / 1_000
        guard let place = addresses.placeIfPresent(key(address)) else { return nil }
        let level = addresses.level(at: place, failureArithmetic, now: micros)
        let wait = failureArithmetic.timeToReach(failureArithmetic.unitsPerToken, from: level)
        return wait == 0 ? nil : .microseconds(wait)
    }

    /// Counts a failed authentication of an address. Callers pass the first 64 bits of an IPv6 address: a host owns that many.
    public func recordFailure(address: Span<UInt8>, now: Instant) {
        let micros = now.nanoseconds / 1_000
        addresses.makeRoom(for: 1, now: micros)
        _ = Self.draw(&addresses, key(address), failureArithmetic, micros)
    }

    /// Calls counted in a shared bucket because a table was full of buckets in use.
    public var overflows: Int { principals.overflows + addresses.overflows }

    private func key(_ name: Span<UInt8>) -> BucketKey {
        var hash = KeyHash(seed: seed)
        hash.add(part: 0, name)
        return hash.finish()
    }

    private static func draw(_ table: inout BucketTable, _ key: BucketKey, _ arithmetic: BucketArithmetic, _ now: UInt64) -> Duration? {
        let cost = arithmetic.unitsPerToken
        guard let place = table.place(key, sharedAs: shared, arithmetic, now: now) else { return .seconds(1) }
        let wait = arithmetic.timeToReach(cost, from: table.level(at: place, arithmetic, now: now))
        guard wait == 0 else { return .microseconds(wait) }
        table.draw(cost, at: place, arithmetic, now: now)
        return nil
    }
}
