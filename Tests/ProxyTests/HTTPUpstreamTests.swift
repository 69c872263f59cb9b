import Core
import Reactor
import Telemetry
import TestSupport
import Testing

@testable import Proxy

/// The pool: its bound, who waits for it in which order, what ends a wait, and what is sent twice.
@Suite struct HTTPUpstreamTests {
    /// A pool before a scripted server.
    private struct Pool {
        let server: ScriptedUpstream
        let upstream: HTTPUpstream
        let registry = Registry()

        init(_ loop: EventLoop, connections: Int, idle: Duration = .seconds(60), _ script: @escaping ScriptedUpstream.Script) throws {
            server = try ScriptedUpstream(loop, script)
            let target = UpstreamTarget(
                name: "up", host: "127.0.0.1", port: server.port, path: Array("/mcp".utf8), authority: Array("up".utf8), tls: nil,
                serverName: "up", connectionsMax: connections, idleTimeout: idle, connectTimeout: .seconds(5))
            let health = UpstreamHealth(Array("up".utf8), registry: registry)
            upstream = HTTPUpstream(target, loop: loop, gauges: UpstreamGauges(registry.makeShard(), health))
        }

        var waiting: Int { registry.value(.upstreamWaiting) }
        var busy: Int { registry.value(.upstreamBusy) }
        var idle: Int { registry.value(.upstreamIdle) }

        /// Sends a message and reads the whole reply.
        func ask(_ request: OutboundRequest) async throws -> String {
            let reply = try await upstream.send(request)
            defer { reply.finish() }
            return String(decoding: try await reply.whole(atMost: 1_000), as: UTF8.self)
        }

        /// Waits until nothing is under way, and lets go of everything.
        func close(_ loop: EventLoop) async throws {
            try await loop.until { busy == 0 && waiting == 0 }
            upstream.retire()
            server.close()
        }
    }

    /// A call. Its deadline is far away unless a test says otherwise: what has none is a stream.
    private static func message(_ text: String, until deadline: Instant? = nil, isRepeatable: Bool = false) -> OutboundRequest {
        let request = OutboundRequest()
        request.body.append(Array(text.utf8))
        request.deadline = deadline ?? .now() + .seconds(600)
        request.isRepeatable = isRepeatable
        return request
    }

    private static func reason(_ error: any Error) -> String { (error as? Failure).map { "\($0.reason)" } ?? "\(error)" }

    /// Answers with what was sent.
    private static func echo(_ request: (head: String, body: String), _ connection: Conversation) async throws -> Bool {
        try await connection.write(ScriptedUpstream.json(request.body))
        return true
    }

    @Test func aConnectionIsUsedAgainAndItsReplyIsItsOwn() async throws {
        try await OnLoop().run { loop in
            let pool = try Pool(loop, connections: 4, Self.echo)
            for number in 0..<5 { #expect(try await pool.ask(Self.message("\(number)")) == "\(number)") }
            #expect(pool.server.opened == 1 && pool.idle == 1)
            try await pool.close(loop)
            #expect(pool.idle == 0)
        }
    }

    @Test func theBoundHoldsAndWhoWaitsLongerGoesFirst() async throws {
        try await OnLoop().run { loop in
            var isHeld = true
            let pool = try Pool(loop, connections: 2) { request, connection in
                while isHeld { await loop.sleep(.milliseconds(1)) }
                return try await Self.echo(request, connection)
            }
            var order: [Int] = []
            for number in 0..<12 {
                LocalTask.run(on: loop) {
                    if (try? await pool.ask(Self.message("\(number)"))) == "\(number)" { order.append(number) }
                }
            }
            try await loop.until { pool.waiting == 10 }
            #expect(pool.busy == 2)
            isHeld = false
            try await loop.until { order.count == 12 }
            #expect(pool.server.heard.map(\.body) == (0..<12).map { "\($0)" })
            #expect(pool.server.opened == 2)
            try await pool.close(loop)
        }
    }

    @Test func aWaitEndsWithItsRequestAndTakesNobodysPlace() async throws {
        try await OnLoop().run { loop in
            var isHeld = true
            let pool = try Pool(loop, connections: 1) { request, connection in
                while isHeld { await loop.sleep(.milliseconds(1)) }
                return try await Self.echo(request, connection)
            }
            var outcomes: [String: String] = [:]
            let requests = ["first", "left", "late", "last"].map { Self.message($0) }
            for (name, request) in zip(["first", "left", "late", "last"], requests) {
                LocalTask.run(on: loop) {
                    do { outcomes[name] = try await pool.ask(request) } catch { outcomes[name] = Self.reason(error) }
                }
            }
            try await loop.until { pool.waiting == 3 }
            requests[1].cancel(Failure(.downstream, "client_gone"))
            requests[2].deadline = loop.now + .milliseconds(10)
            try await loop.until { outcomes.count == 2 && pool.waiting == 1 }
            #expect(outcomes == ["left": "client_gone", "late": "pool_timeout"])
            isHeld = false
            try await loop.until { outcomes.count == 4 }
            #expect(outcomes["first"] == "first" && outcomes["last"] == "last")
            #expect(pool.server.heard.map(\.body) == ["first", "last"])
            try await pool.close(loop)
        }
    }

    @Test func aPlaceThatIsGivenToSomebodyWhoLeavesGoesOn() async throws {
        try await OnLoop().run { loop in
            var isHeld = true
            let pool = try Pool(loop, connections: 1) { request, connection in
                while isHeld { await loop.sleep(.milliseconds(1)) }
                return try await Self.echo(request, connection)
            }
            var outcomes: [String] = []
            let leaving = Self.message("leaving")
            for request in [Self.message("first"), leaving, Self.message("next")] {
                LocalTask.run(on: loop) {
                    guard let reply = try? await pool.upstream.send(request) else { return outcomes.append("left") }
                    // The place becomes free, its taker is woken, and leaves before it runs.
                    while let step = try? await reply.next(wake: .never), step != .end {}
                    reply.finish()
                    leaving.cancel(Failure(.downstream, "client_gone"))
                    outcomes.append("answered")
                }
            }
            try await loop.until { pool.waiting == 2 }
            isHeld = false
            try await loop.until { outcomes.count == 3 }
            #expect(outcomes.sorted() == ["answered", "answered", "left"])
            try await pool.close(loop)
        }
    }

    @Test func streamsThatLiveOnTakeNoPlaceFromCalls() async throws {
        try await OnLoop().run { loop in
            let pool = try Pool(loop, connections: 1) { request, connection in
                guard request.head.hasPrefix("GET") else { return try await Self.echo(request, connection) }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                while try await connection.next() != nil {}
                return false
            }
            let streams = (0..<5).map { _ in OutboundRequest() }
            var replies: [any UpstreamReply] = []
            for stream in streams {
                stream.verb = .listen
                replies.append(try await pool.upstream.send(stream))
            }
            #expect(pool.busy == 5)
            for _ in 0..<3 { #expect(try await pool.ask(Self.message("call")) == "call") }
            #expect(pool.server.opened == 6 && pool.idle == 1)
            for reply in replies { reply.finish() }
            #expect(pool.busy == 0 && pool.idle == 1)
            #expect(try await pool.ask(Self.message("call")) == "call")
            try await pool.close(loop)
        }
    }

    @Test func aFullQueueRefusesAndIsCounted() async throws {
        try await OnLoop().run { loop in
            var isHeld = true
            let pool = try Pool(loop, connections: 1) { _, _ in
                while isHeld { await loop.sleep(.milliseconds(1)) }
                return false
            }
            let requests = (0...Limits.upstreamWaitersMax).map { Self.message("\($0)") }
            for request in requests { LocalTask.run(on: loop) { _ = try? await pool.ask(request) } }
            try await loop.until { pool.waiting == Limits.upstreamWaitersMax }
            do {
                _ = try await pool.ask(Self.message("one more"))
                Issue.record("there was room")
            } catch { #expect(Self.reason(error) == "upstream_queue_full") }
            #expect(pool.registry.value(pool.registry.register(.boundHits, Array("upstream_waiters".utf8))) == 1)
            for request in requests { request.cancel(Failure(.downstream, "client_gone")) }
            isHeld = false
            try await pool.close(loop)
        }
    }

    @Test(arguments: [
        ("a list on a used connection", true, true, "", 3, true), ("a call on a used connection", false, true, "", 2, false),
        ("a list on a fresh connection", true, false, "", 1, false),
        ("a list whose reply had begun", true, true, "HTTP/1.1 200 OK\r\n", 2, false),
    ])
    func sentTwiceIs(_ name: String, _ isRepeatable: Bool, _ isUsed: Bool, _ said: String, _ asked: Int, _ isAnswered: Bool) async throws {
        try await OnLoop().run { loop in
            var closings = 1
            let pool = try Pool(loop, connections: 4) { request, connection in
                guard request.body != "used", closings > 0 else { return try await Self.echo(request, connection) }
                closings -= 1
                try await connection.write(said)
                return false
            }
            if isUsed { #expect(try await pool.ask(Self.message("used")) == "used") }
            let answer = try? await pool.ask(Self.message("asked", isRepeatable: isRepeatable))
            #expect((answer == "asked") == isAnswered, "\(name)")
            #expect(pool.server.heard.count == asked, "\(name)")
            #expect(pool.registry.value(.counter(.upstreamRetries)) == (isAnswered ? 1 : 0))
            try await pool.close(loop)
        }
    }

    @Test func whatIsClosedOrTooOldIsNotUsed() async throws {
        try await OnLoop().run { loop in
            let pool = try Pool(loop, connections: 4, idle: .milliseconds(30)) { request, connection in
                _ = try await Self.echo(request, connection)
                return request.body != "last"
            }
            #expect(try await pool.ask(Self.message("last")) == "last")
            try await loop.until { pool.idle == 0 }
            #expect(try await pool.ask(Self.message("again")) == "again")
            #expect(pool.server.opened == 2)
            try await loop.until { pool.idle == 0 }
            try await pool.close(loop)
        }
    }

    @Test func aServerThatTakesNoConnectionIsToldSoInTime() async throws {
        try await OnLoop().run { loop in
            let pool = try Pool(loop, connections: 4, Self.echo)
            pool.server.close()
            do {
                _ = try await pool.ask(Self.message("x", until: loop.now + .seconds(2)))
                Issue.record("somebody answered")
            } catch { #expect(Self.reason(error) == "connect_failed") }
            try await pool.close(loop)
        }
    }
}
