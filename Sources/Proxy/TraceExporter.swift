import Configuration
import Core
import Reactor
import Telemetry

/// Sends spans to the collector, a batch a second, on the admin loop: no exchange ever waits for it. A batch that the collector does not
/// take is dropped and counted, and the next one waits longer.
final class TraceExporter {
    private let shared: SharedState
    private let loop: EventLoop
    private let shard: Shard
    private var peer: WebPeer?
    private var timer: Timer?
    private var failures = 0
    private var isSending = false

    init(shared: SharedState, loop: EventLoop) {
        self.shared = shared
        self.loop = loop
        // The collector is no upstream: its connections are not told among theirs.
        shard = Registry().makeShard()
    }

    /// Sends there from now on, or nowhere.
    func install(_ tracing: LoadedTracing?) {
        peer?.retire()
        peer = tracing.map { tracing in
            let url = tracing.options.endpoint
            return WebPeer(
                url, tls: tracing.tls, serverName: tracing.options.tls.serverName ?? url.host, bodyBytesMax: Limits.heldReplyBytesMax,
                loop: loop, gauges: UpstreamGauges(shard, UpstreamHealth(Array(url.authority.utf8), registry: Registry())))
        }
        failures = 0
        if let timer { loop.cancel(timer) }
        timer = nil
        if peer != nil { wait() }
    }

    private func wait() {
        let fresh = Timer { [weak self] _ in self?.tick() }
        timer = fresh
        // 1, 2, 4 and so on seconds, half a minute at most.
        loop.schedule(fresh, at: loop.now + .seconds(min(30, 1 << min(failures, 5))))
    }

    private func tick() {
        guard let peer, !isSending, let batch = shared.spans.take() else { return wait() }
        isSending = true
        let spans = (body: batch.body, count: batch.count)
        LocalTask.run(on: loop) {
            do {
                let answer = try await peer.post(spans.body, as: "application/json", deadline: self.loop.now + .seconds(10))
                guard (200..<300).contains(answer.status) else {
                    throw Failure(.upstream, "collector_status", detail: "status \(answer.status)")
                }
                self.shared.registry.add(.spansExported, spans.count)
                self.failures = 0
            } catch {
                self.shared.registry.add(.spansDropped, spans.count)
                self.failures += 1
                let failure = error as? Failure
                self.shared.log.event(
                    .warn, "spans_not_exported", .word("reason", failure?.reason ?? "unexpected"), .text("detail", failure?.detail ?? ""),
                    .number("spans", spans.count))
            }
            self.isSending = false
            if self.peer != nil { self.wait() }
        }
    }
}
