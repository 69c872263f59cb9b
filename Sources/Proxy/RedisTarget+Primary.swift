import Configuration
import Core
import Reactor
import Redis

extension RedisTarget {
    /// Where the one server is: as written, or as the first sentinel says that answers.
    func primary(on loop: EventLoop) async throws -> RedisAddress {
        guard case .sentinel(let name) = topology else { return addresses[0] }
        var last: any Error = Failure(.store, "store_no_sentinel")
        for sentinel in addresses {
            do {
                let deadline = loop.now + Limits.redisSentinelTimeout
                let dialog = try await RedisDialog(sentinel, self, isSentinel: true, loop: loop, deadline: deadline)
                defer { dialog.wire.close() }
                let reply = try await dialog.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
                guard case .array(let parts) = reply, parts.count == 2, case .bulk(let host) = parts[0], case .bulk(let port) = parts[1],
                    let number = UInt16(String(decoding: port, as: UTF8.self)), !host.isEmpty
                else { throw Failure(.store, "store_no_primary", detail: reply.errorCode?.rawValue ?? "") }
                return RedisAddress(host: String(decoding: host, as: UTF8.self), port: number)
            } catch { last = error }
        }
        throw last
    }
}
