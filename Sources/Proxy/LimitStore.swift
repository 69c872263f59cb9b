import Core
import RateLimit
import Redis

/// Where the declared buckets are kept: in this process, or in Redis with the process as its stand-in when Redis is lost.
final class LimitStore {
    private let memory: MemoryLimiter
    private let codec: RedisLimiter?
    private let link: RedisLink?

    init(memory: MemoryLimiter, link: RedisLink?) {
        self.memory = memory
        self.link = link
        codec = link == nil ? nil : RedisLimiter()
    }

    /// Debits every bucket that applies, or none.
    func take(_ rules: [BucketRule], _ request: LimitRequest, now: Instant, worker: Worker) async throws -> LimitVerdict {
        guard let link, let codec else { return memory.take(rules, request, now: now) }
        var command = ByteBuffer()
        guard let ticket = codec.write(rules, request, sendsScript: false, into: &command) else { return .admitted(nil) }
        do {
            var answer = codec.read(try await link.execute(command.takeAll()), ticket, rules)
            if case .scriptMissing = answer {
                _ = codec.write(rules, request, sendsScript: true, into: &command)
                answer = codec.read(try await link.execute(command.takeAll()), ticket, rules)
            }
            if case .verdict(let verdict) = answer { return verdict }
            worker.storeLost("store_garbage")
        } catch let failure as Failure {
            worker.storeLost(failure.reason)
        }
        return codec.verdictWithoutStore(rules, request, memory: memory, now: now)
    }

    /// Whether the store can be asked; always true for the embedded one.
    var isUp: Bool { link?.isUp ?? true }

    /// Closes the link to Redis.
    func close() { link?.close() }
}
