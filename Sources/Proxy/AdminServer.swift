import Configuration
import Core
import HTTP
import RateLimit
import Reactor
import Redaction
import Telemetry

/// The admin listener, on a loop of its own so that it answers while the others are at their limit: a status page at `/`, `/metrics`,
/// `/healthz`, `/readyz`, and `/limits` for operators.
final class AdminServer {
    private let shared: SharedState
    private let health: Health
    private let loop: EventLoop
    private var listener: Listener?
    private var open = 0
    private var countedOverflows = (buckets: 0, repeats: 0, learned: 0)
    private let page = StatusPage()
    private let limits: AdminLimits

    init(shared: SharedState, health: Health, loop: EventLoop) {
        self.shared = shared
        self.health = health
        self.loop = loop
        limits = AdminLimits(shared)
    }

    /// Takes what a configuration says.
    func install(_ snapshot: Snapshot) { limits.install(snapshot) }

    /// Listens on one address, or on the socket that is shared for it.
    func listen(_ address: SocketAddress, sharing shared: Int32?) throws {
        let hasRoom = { [unowned self] in open < Limits.adminConnectionsMax }
        let trouble = { [unowned self] (_: Listener.Trouble) in bound("admin_connections", 1) }
        let accepted = { [unowned self] (stream: Stream) in begin(stream) }
        listener =
            if let shared {
                try Listener(sharing: shared, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted)
            } else {
                try Listener(address, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted)
            }
    }

    /// The descriptor of its listening socket, for whoever takes over.
    func listeningSockets() -> [Int32] { [listener?.duplicate() ?? -1].filter { $0 >= 0 } }

    /// Takes no more connections, because somebody else does.
    func stopListening() { listener?.close() }

    private func bound(_ name: StaticString, _ count: Int) {
        shared.registry.add(shared.registry.register(.boundHits, name.withUTF8Buffer { [UInt8]($0) }), count)
    }

    /// What all loops share keeps count itself.
    private func countOverflows() {
        count("limit_slots", shared.buckets.usage.overflows, &countedOverflows.buckets)
        count("repeat_principals", shared.repeats.forgotten, &countedOverflows.repeats)
        count("learned_principals", shared.learned.forgotten, &countedOverflows.learned)
    }

    private func count(_ name: StaticString, _ now: Int, _ before: inout Int) {
        if now > before { bound(name, now - before) }
        before = now
    }

    private func begin(_ stream: Stream) {
        open += 1
        LocalTask.run(on: loop) {
            let wire = Wire(stream)
            try? await self.serve(wire)
            wire.close()
            self.open -= 1
        }
    }

    private func serve(_ wire: Wire) async throws {
        while true {
            wire.stream.deadline = loop.now + .seconds(30)
            guard let head = try await readHead(wire) else { return }
            let mayGoOn = head.keepsAlive && (try? BodyFraming.request(head)) == BodyFraming.none
            answer(head, keepsAlive: mayGoOn, on: wire)
            try await wire.flush()
            if !mayGoOn { return }
        }
    }

    private func readHead(_ wire: Wire) async throws -> RequestHead? {
        var scanned = 0
        while true {
            let parsed = try wire.input.withSpan { (bytes) throws(HTTPFailure) in
                try HeadParser.parseRequest(bytes, scanned: &scanned)
            }
            if let (head, length) = parsed {
                wire.input.consume(length)
                return head
            }
            guard try await wire.fill() else { return nil }
        }
    }

    private func answer(_ head: RequestHead, keepsAlive: Bool, on wire: Wire) {
        var body = ByteBuffer()
        var status = 200
        var type: StaticString = "application/json"
        var allowed: StaticString = "GET, HEAD"
        if let answered = limits.answer(head, isNear: wire.stream.peerAddress?.isLoopback ?? false, into: &body) {
            status = answered
            allowed = limits.allowed(head)
        } else if head.method != .get, head.method != .head {
            status = 405
        } else if ASCII.equals(head.target.path.span, "/metrics") {
            let format = head.fields.withValue(.accept) { Exposition.Format(accept: $0) } ?? .prometheus
            type = format.contentType
            countOverflows()
            Exposition.write(shared.registry, format: format, into: &body)
        } else if ASCII.equals(head.target.path.span, "/healthz") {
            body.append("{\"status\":\"alive\"}\n")
        } else if ASCII.equals(head.target.path.span, "/readyz") {
            status = writeReadiness(into: &body)
        } else if ASCII.equals(head.target.path.span, "/") {
            type = "text/html; charset=utf-8"
            body.append(page.body)
        } else {
            status = 404
            body.append("{\"error\":\"there are /, /metrics, /healthz, /readyz and /limits\"}\n")
        }
        HeadWriter.statusLine(status, into: &wire.output)
        wire.output.append("Content-Type: ")
        wire.output.append(type)
        wire.output.append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n")
        wire.output.append("Cross-Origin-Resource-Policy: same-origin\r\nContent-Security-Policy: ")
        wire.output.append(page.policy)
        wire.output.append("\r\n")
        if status == 405 {
            wire.output.append("Allow: ")
            wire.output.append(allowed)
            wire.output.append("\r\n")
        }
        if status == 401 { wire.output.append("WWW-Authenticate: Bearer\r\n") }
        if !keepsAlive { wire.output.append("Connection: close\r\n") }
        wire.output.append("Content-Length: ")
        wire.output.append(decimal: body.readableCount)
        wire.output.append("\r\n\r\n")
        if head.method != .head { wire.output.append(body.readable) }
    }

    /// Whether this process should get traffic, and what an operator should know about it.
    private func writeReadiness(into out: inout ByteBuffer) -> Int {
        let state = health.state.current
        out.append("{\"status\":\"")
        switch state {
        case .starting: out.append("starting")
        case .ready: out.append("ready")
        case .draining: out.append("draining")
        }
        out.append("\",\"last_reload\":\"")
        out.append(
            health.reloadFault.withLock { $0.isEmpty } ? "applied" : "refused, the running configuration stays in force; see the log")
        out.append("\",\"limit_store\":\"")
        out.append(shared.storeHealth.word)
        out.append("\"}\n")
        return state == .ready ? 200 : 503
    }
}
