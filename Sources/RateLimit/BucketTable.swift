/// Buckets by name, in a bounded open-addressed table.
///
/// INVARIANT: only a full bucket is ever dropped, and a full bucket is equal to one that was never made, so no pressure on the table
/// gives anybody a token back. When the table is at its bound and all buckets are in use, new names share one bucket per rule.
struct BucketTable {
    private struct Place {
        var key = BucketKey(low: 0, high: 0)
        var bucket = TokenBucket(level: 0, stamp: 0)
        /// When it will be full again: from then on the place may be given away.
        var fullAt: UInt64 = 0

        var isTaken: Bool { key.low | key.high != 0 }
    }

    private var places: [Place]
    private let placesMax: Int
    /// Places in use.
    private(set) var count = 0
    /// Newcomers still to come before the next sweep may run, after one that freed little: keeps sweeping cheap when all are in use.
    private var credit = 0
    /// Calls that were counted in a shared bucket because the table was full of buckets in use.
    private(set) var overflows = 0

    /// Makes a table of at most `placesMax` places, a power of two of at least 64. Memory is taken as it is needed.
    init(placesMax: Int) {
        precondition(placesMax >= 64 && placesMax.nonzeroBitCount == 1, "a table has a power of two of places")
        self.placesMax = placesMax
        places = [Place](repeating: Place(), count: 64)
    }

    /// Three quarters: beyond that, probing gets slow.
    private var countMax: Int { places.count / 4 * 3 }

    /// Makes sure that `wanted` buckets can be placed, as far as the bound allows. Afterwards places stay where they are until the
    /// next call.
    mutating func makeRoom(for wanted: Int, now: UInt64) {
        if count + wanted <= countMax { return }
        credit -= wanted
        if credit > 0 { return }
        sweep(now: now)
    }

    /// The place of a bucket, made full when it is new. Nil only when nothing is left, not even for shared buckets.
    mutating func place(_ key: BucketKey, sharedAs shared: BucketKey, _ arithmetic: BucketArithmetic, now: UInt64) -> Int? {
        var isShared = false
        return place(key, sharedAs: shared, arithmetic, now: now, isShared: &isShared)
    }

    /// The same, and whether it is the shared one.
    mutating func place(
        _ key: BucketKey, sharedAs shared: BucketKey, _ arithmetic: BucketArithmetic, now: UInt64, isShared: inout Bool
    ) -> Int? {
        if let at = find(key) { return at }
        if count < countMax { return insert(key, arithmetic, now) }
        overflows += 1
        isShared = true
        if let at = find(shared) { return at }
        return count < places.count - 8 ? insert(shared, arithmetic, now) : nil
    }

    /// The place of a bucket that is there already.
    func placeIfPresent(_ key: BucketKey) -> Int? { find(key) }

    /// Units in the bucket at a place.
    mutating func level(at place: Int, _ arithmetic: BucketArithmetic, now: UInt64) -> Int64 {
        places[place].bucket.followStep(of: now)
        return places[place].bucket.level(arithmetic, now: now)
    }

    /// Draws units, which it must hold, from the bucket at a place.
    mutating func draw(_ units: Int64, at place: Int, _ arithmetic: BucketArithmetic, now: UInt64) {
        var bucket = places[place].bucket
        bucket.draw(units, arithmetic, now: now)
        places[place].bucket = bucket
        places[place].fullAt = bucket.fullAt(arithmetic)
    }

    /// Draws units whatever the bucket at a place holds, or gives back where they are negative.
    mutating func settle(_ units: Int64, at place: Int, _ arithmetic: BucketArithmetic, now: UInt64) {
        var bucket = places[place].bucket
        bucket.settle(units, arithmetic, now: now)
        places[place].bucket = bucket
        places[place].fullAt = bucket.fullAt(arithmetic)
    }

    /// Runs `body` for every bucket.
    func forEach(_ body: (BucketKey, TokenBucket) -> Void) {
        for place in places where place.isTaken { body(place.key, place.bucket) }
    }

    /// Fills the buckets that `arithmetic` has constants for; answers how many were not full.
    mutating func refill(now: UInt64, _ arithmetic: (BucketKey) -> BucketArithmetic?) -> Int {
        var count = 0
        for at in places.indices where places[at].isTaken {
            guard let arithmetic = arithmetic(places[at].key) else { continue }
            if places[at].bucket.level(arithmetic, now: now) < arithmetic.capacity { count += 1 }
            places[at].bucket = TokenBucket(full: arithmetic, at: now)
            places[at].fullAt = now
        }
        return count
    }

    private func find(_ key: BucketKey) -> Int? {
        let mask = places.count - 1
        var at = Int(truncatingIfNeeded: key.low) & mask
        while places[at].isTaken {
            if places[at].key == key { return at }
            at = (at + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ key: BucketKey, _ arithmetic: BucketArithmetic, _ now: UInt64) -> Int {
        count += 1
        return put(Place(key: key, bucket: TokenBucket(full: arithmetic, at: now), fullAt: now))
    }

    private mutating func put(_ place: Place) -> Int {
        let mask = places.count - 1
        var at = Int(truncatingIfNeeded: place.key.low) & mask
        while places[at].isTaken { at = (at + 1) & mask }
        places[at] = place
        return at
    }

    /// Drops every full bucket and fits the table to what is left.
    private mutating func sweep(now: UInt64) {
        let old = places
        let live = old.reduce(into: 0) { if $1.isTaken, $1.fullAt > now { $0 += 1 } }
        var size = 64
        while size < placesMax, size < live * 2 { size *= 2 }
        places = [Place](repeating: Place(), count: size)
        for place in old where place.isTaken && place.fullAt > now { _ = put(place) }
        count = live
        credit = countMax - live < size / 8 ? size / 8 : 0
    }
}
