import Core
import Glibc

/// Turns host names into addresses on a thread of its own: `getaddrinfo` blocks, and a loop must not.
public enum Resolver {
    /// The addresses of `host`, numeric ones at once, others by lookup.
    ///
    /// Throws `name_not_found` when there is none. The lookup itself is bounded by the system's resolver configuration.
    public static func addresses(of host: String, port: UInt16, on loop: EventLoop) async throws -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        let found: [SocketAddress] = await withUnsafeContinuation { continuation in
            let answer: @Sendable ([SocketAddress]) -> Void = { list in loop.submit { continuation.resume(returning: list) } }
            do {
                try LoopThread.startThread(name: "louver-dns") { answer(lookUp(host, port)) }
            } catch { continuation.resume(returning: []) }
        }
        if found.isEmpty { throw Failure(.upstream, "name_not_found", retryable: true, detail: host) }
        return found
    }

    private static func lookUp(_ host: String, _ port: UInt16) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var out: [SocketAddress] = []
        var at = list
        while let entry = at?.pointee, out.count < 16 {
            if let address = entry.ai_addr { out.append(SocketAddress(copying: address, length: entry.ai_addrlen)) }
            at = entry.ai_next
        }
        return out
    }
}
