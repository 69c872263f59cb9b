import Core
import Synchronization

/// Notices a caller that makes the same call again and again, or two calls in turn: an assistant caught in a loop.
///
/// Remembers the last calls of each principal as digests, for one process. Refused calls are not remembered, so nobody is locked out: as
/// soon as the oldest of the calls is older than the window, the call passes again.
public final class RepeatGuard: Sendable {
    /// What was found.
    public struct Finding: Sendable, Equatable {
        /// How often the call was made within the window, this time not counted.
        public let count: Int
        /// Whether two calls were made in turn.
        public let isPair: Bool
        /// Until it may be made again.
        public let retryAfter: Duration
    }

    private struct Call {
        var digest: BucketKey
        var at: UInt64
    }

    private struct Memory {
        /// The newest last.
        var calls: [Call] = []
    }

    private static let shardCount = 16
    private let shards: [Lock<[BucketKey: Memory]>]
    private let seed: KeySeed
    private let perShard: Int
    private let forgottenCount = Atomic(0)

    /// Callers who were forgotten while their calls still counted.
    public var forgotten: Int { forgottenCount.load(ordering: .relaxed) }

    /// Makes an empty guard for at most `principalsMax` callers; beyond them the ones that have been silent longest are forgotten.
    public init(principalsMax: Int = Limits.repeatPrincipalsMax, seed: KeySeed = .random()) {
        shards = (0..<Self.shardCount).map { _ in Lock([:]) }
        perShard = max(1, principalsMax / Self.shardCount)
        self.seed = seed
    }

    /// Whether a call may pass: nil, and it is remembered, or what was found.
    ///
    /// - Parameters:
    ///   - principal: the caller's stable digest.
    ///   - call: what tells one call from another: the tool and the digest of its arguments.
    public func check(
        principal: Span<UInt8>, tool: Span<UInt8>, arguments: Span<UInt8>, rule: RepeatRule, now: Instant
    ) -> Finding? {
        var hash = KeyHash(seed: seed)
        hash.add(part: 0, principal)
        let who = hash.finish()
        var what = KeyHash(seed: seed)
        what.add(part: 1, tool)
        what.add(part: 2, arguments)
        let digest = what.finish()
        let window = rule.within.nanosecondsClamped
        let time = now.nanoseconds
        return shards[Int(truncatingIfNeeded: who.high) & (Self.shardCount - 1)].withLock { table in
            if table[who] == nil, table.count >= perShard {
                forgottenCount.wrappingAdd(Self.makeRoom(&table, window, time), ordering: .relaxed)
            }
            var memory = table[who] ?? Memory()
            memory.calls.removeAll { time >= $0.at && time - $0.at >= window }
            defer { table[who] = memory }
            if let found = Self.find(digest, in: memory.calls, rule, window, time) { return found }
            if memory.calls.count >= Limits.repeatCallsMax { memory.calls.removeFirst() }
            memory.calls.append(Call(digest: digest, at: time))
            return nil
        }
    }

    private static func find(_ digest: BucketKey, in calls: [Call], _ rule: RepeatRule, _ window: UInt64, _ now: UInt64) -> Finding? {
        let same = calls.filter { $0.digest == digest }
        if same.count >= rule.calls {
            return Finding(count: same.count, isPair: false, retryAfter: wait(same[same.count - rule.calls], window, now))
        }
        // Two in turn: the last calls were this one and one other, half of them each at least.
        guard calls.count >= rule.calls, rule.calls >= 4 else { return nil }
        let last = calls[(calls.count - rule.calls)...]
        guard let other = last.first(where: { $0.digest != digest })?.digest else { return nil }
        let mine = last.count { $0.digest == digest }
        guard mine >= rule.calls / 2, mine < last.count, last.count - mine >= rule.calls / 2,
            last.allSatisfy({ $0.digest == digest || $0.digest == other })
        else { return nil }
        return Finding(count: last.count, isPair: true, retryAfter: wait(last[last.startIndex], window, now))
    }

    private static func wait(_ call: Call, _ window: UInt64, _ now: UInt64) -> Duration {
        let end = call.at &+ window
        return .nanoseconds(Int64(clamping: end > now ? end - now : 1))
    }

    /// Forgets whoever called longest ago; those whose window has passed first, and how many more is the answer.
    private static func makeRoom(_ table: inout [BucketKey: Memory], _ window: UInt64, _ now: UInt64) -> Int {
        let before = table.count
        table = table.filter { entry in entry.value.calls.last.map { now < $0.at || now - $0.at < window } ?? false }
        guard table.count == before else { return 0 }
        // A fraction at once, so that a flood of newcomers does not pay for this each time.
        let ages = table.values.map { $0.calls.last?.at ?? 0 }.sorted()
        let limit = ages[ages.count / 8]
        table = table.filter { ($0.value.calls.last?.at ?? 0) > limit }
        return before - table.count
    }
}

/// When a repeated call is refused.
public struct RepeatRule: Sendable, Hashable {
    /// How often the same call may be made within the window. Two calls that come in turn count together, from 4 on.
    public var calls: Int
    /// The window.
    public var within: Duration
    /// Tools that may be called again and again: they are asked until something has happened.
    public var except: [Glob]

    /// Makes a rule.
    public init(calls: Int, within: Duration, except: [Glob] = []) {
        self.calls = calls
        self.within = within
        self.except = except
    }

    /// Whether calls of a tool are looked at.
    public func applies(to tool: Span<UInt8>) -> Bool {
        for glob in except where glob.matches(tool) { return false }
        return true
    }
}
