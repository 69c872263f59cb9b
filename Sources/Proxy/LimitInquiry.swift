import Configuration
import Core
import RateLimit
import Reactor
import Redis

/// Looks at the buckets in the shared store and fills them again, for an operator. Blocks: for a program's main thread.
public enum LimitInquiry {
    /// Looks at every bucket of some limits.
    ///
    /// - Parameters:
    ///   - owner: only those of this owner (`BucketName.owner`); nil for everybody's.
    ///   - most: how many of the emptiest are kept.
    public static func survey(_ redis: LoadedRedis, _ limits: [KnownLimit], owner: UInt64?, most: Int) -> Result<BucketSurvey, Failure> {
        OwnLoop.run(orElse: garbage) { loop in
            var survey = BucketSurvey(limits, most: most)
            try await visit(RedisTarget(redis), owner, loop) { dialog, names, now in
                var known: [(at: Int, name: BucketName)] = []
                var out = ByteBuffer()
                for name in names {
                    if let at = limits.firstIndex(where: { $0.rule.mark == name.limit }) {
                        known.append((at, name))
                        RedisLimiter.writeQuestion(limits[at].rule, name, now: now, into: &out)
                    } else {
                        survey.addStranger()
                    }
                }
                for (reply, asked) in zip(try await dialog.ask(out, count: known.count), known) {
                    if let code = reply.errorCode, code != .wrongType { throw Failure(.store, "store_refused", detail: code.rawValue) }
                    if let found = BucketSighting(asked.at, limits[asked.at].rule, asked.name, reply, now: now) { survey.add(found) }
                }
            }
            return survey
        }
    }

    /// Removes buckets: one that is not there is a full one. Answers how many there were.
    ///
    /// - Parameter limits: of which limits; nil for all there are, also of limits that are in force no longer.
    public static func reset(_ redis: LoadedRedis, _ limits: [KnownLimit]?, owner: UInt64?) -> Result<Int, Failure> {
        OwnLoop.run(orElse: garbage) { loop in
            let marks = limits.map { Set($0.map(\.rule.mark)) }
            var count = 0
            try await visit(RedisTarget(redis), owner, loop) { dialog, names, _ in
                let chosen = names.filter { marks?.contains($0.limit) ?? true }
                var out = ByteBuffer()
                for name in chosen {
                    var key = ByteBuffer()
                    name.write(into: &key)
                    RedisCommand.append([Array("DEL".utf8), key.takeAll()], to: &out)
                }
                for reply in try await dialog.ask(out, count: chosen.count) {
                    guard case .integer(let removed) = reply else {
                        throw Failure(.store, "store_refused", detail: reply.errorCode?.rawValue ?? "")
                    }
                    count += Int(removed)
                }
            }
            return count
        }
    }

    /// Goes through the names of all buckets, some at a time.
    private static func visit(
        _ target: RedisTarget, _ owner: UInt64?, _ loop: EventLoop,
        _ body: (RedisDialog, [BucketName], _ now: UInt64) async throws -> Void
    ) async throws {
        var pattern = ByteBuffer()
        pattern.append(BucketName.prefix)
        if let owner {
            BucketName.write(owner, into: &pattern)
            pattern.append("}:*")
        } else {
            pattern.append("*")
        }
        let wanted = pattern.takeAll()
        for address in try await primaries(target, loop) {
            let dialog = try await RedisDialog(address, target, loop: loop, deadline: loop.now + Limits.redisConnectTimeout)
            defer { dialog.wire.close() }
            dialog.wire.stream.deadline = loop.now + Limits.redisScanTimeout
            try await dialog.requirePrimary()
            guard case .array(let time) = try await dialog.ask("TIME"), time.count == 2, let seconds = number(time[0]),
                let micros = number(time[1])
            else { throw garbage }
            var cursor = Array("0".utf8)
            repeat {
                let step = Array(String(Limits.redisScanStep).utf8)
                let words = [Array("SCAN".utf8), cursor, Array("MATCH".utf8), wanted, Array("COUNT".utf8), step]
                let reply = try await dialog.ask(words)
                guard case .array(let parts) = reply, parts.count == 2, case .bulk(let next) = parts[0], case .array(let keys) = parts[1]
                else { throw Failure(.store, "store_refused", detail: reply.errorCode?.rawValue ?? "") }
                cursor = next
                let names = keys.compactMap { key -> BucketName? in
                    guard case .bulk(let text) = key else { return nil }
                    return BucketName(text.span)
                }
                try await body(dialog, names, seconds * 1_000_000 + micros)
            } while !ASCII.equals(cursor.span, "0")
        }
    }

    private static func number(_ reply: RedisReply) -> UInt64? {
        guard case .bulk(let text) = reply else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self))
    }

    private static func primaries(_ target: RedisTarget, _ loop: EventLoop) async throws -> [RedisAddress] {
        guard target.topology == .cluster else { return [try await target.primary(on: loop)] }
        var last: any Error = Failure(.store, "store_no_cluster")
        for address in target.addresses {
            do {
                let dialog = try await RedisDialog(address, target, loop: loop, deadline: loop.now + Limits.redisConnectTimeout)
                defer { dialog.wire.close() }
                let reply = try await dialog.ask("CLUSTER", "SLOTS")
                guard let table = SlotTable.read(reply, from: address) else {
                    throw Failure(.store, "store_no_cluster", detail: reply.errorCode?.rawValue ?? "")
                }
                return Set(table.compactMap(\.self)).sorted { $0.description < $1.description }
            } catch { last = error }
        }
        throw last
    }

    private static let garbage = Failure(.store, "store_garbage")
}
