import Core
import Reactor

/// The addresses of one upstream on one loop: looked up once for everybody who waits, kept for 30 seconds, tried in turn.
final class AddressBook {
    private let host: String
    private let port: UInt16
    private let loop: EventLoop
    private let numeric: SocketAddress?
    private var addresses: [SocketAddress] = []
    private var goodUntil = Instant(nanoseconds: 0)
    private var isLookingUp = false
    private var waits: [Wait] = []

    init(host: String, port: UInt16, loop: EventLoop) {
        self.host = host
        self.port = port
        self.loop = loop
        numeric = SocketAddress(numeric: host, port: port)
    }

    /// The addresses, the one that was reached last first. Old ones serve while they are looked up anew.
    func addresses(for request: OutboundRequest, before deadline: Instant) async throws -> [SocketAddress] {
        if let numeric { return [numeric] }
        if loop.now >= goodUntil { lookUp() }
        if addresses.isEmpty {
            let wait = Wait(until: deadline, or: "connect_timeout", on: loop)
            waits.append(wait)
            defer { waits.removeAll { $0 === wait } }
            try await request.hold(wait)
        }
        return addresses
    }

    /// Notes which address was reached, so that it is tried first from now on.
    func reached(_ step: Int) {
        guard step > 0, step < addresses.count else { return }
        addresses.swapAt(0, step)
    }

    /// Forgets them all: none could be reached.
    func forget() {
        addresses.removeAll()
        goodUntil = Instant(nanoseconds: 0)
    }

    private func lookUp() {
        if isLookingUp { return }
        isLookingUp = true
        LocalTask.run(on: loop) { await self.find() }
    }

    private func find() async {
        do {
            addresses = try await Resolver.addresses(of: host, port: port, on: loop)
            goodUntil = loop.now + .seconds(30)
            end { _ = $0.resume() }
        } catch { end { $0.fail(error) } }
    }

    private func end(_ each: (Wait) -> Void) {
        isLookingUp = false
        for wait in waits { each(wait) }
    }
}
