import Configuration
import Core
import Identity
import Reactor
import Telemetry

/// Fetches the key sets that issuers publish, on the admin loop, so that no exchange ever does. When to fetch is `KeyRefresh`'s to say.
final class JWKSClient {
    private final class Source {
        let place: KeySource
        let peer: WebPeer
        var refresh: KeyRefresh
        var hasKeys = false
        var timer: Timer?

        init(_ place: KeySource, _ peer: WebPeer, _ refresh: KeyRefresh) {
            self.place = place
            self.peer = peer
            self.refresh = refresh
        }
    }

    private let shared: SharedState
    private let loop: EventLoop
    private let shard: Shard
    /// Tells the other loops that keys were fetched, or that trying brought nothing.
    private let tell: @Sendable () -> Void
    private var sources: [KeySource.Identity: Source] = [:]

    init(shared: SharedState, loop: EventLoop, tell: @escaping @Sendable () -> Void) {
        self.shared = shared
        self.loop = loop
        self.tell = tell
        shard = shared.registry.makeShard()
    }

    /// Fetches for these sources from now on. What is known of a source that stays is kept.
    func install(_ wanted: [KeySource]) {
        for (identity, source) in sources where !wanted.contains(where: { $0.identity == identity }) {
            retire(source)
            sources[identity] = nil
        }
        shared.issuerKeys.keep(only: wanted)
        for place in wanted {
            let old = sources[place.identity]
            let peer = WebPeer(
                place.identity.url, tls: place.tls, serverName: place.serverName, bodyBytesMax: Limits.keySetBytesMax, loop: loop,
                gauges: UpstreamGauges(shard, shared.health(place.identity.url.authority)))
            let source = Source(place, peer, old?.refresh ?? KeyRefresh(now: .now()))
            source.hasKeys = old?.hasKeys ?? false
            if let old {
                // A fetch that runs ends with the old configuration's TLS; its outcome goes nowhere.
                if old.refresh.isFetching { source.refresh.fail(now: .now()) }
                retire(old)
            }
            sources[place.identity] = source
            advance(source)
        }
    }

    /// Brings the next fetch forward as far as the pause between two allows.
    func noteUnknownKey(_ identity: KeySource.Identity) {
        guard let source = sources[identity] else { return tell() }
        let now = Instant.now()
        _ = source.refresh.noteUnknownKey(now: now)
        advance(source)
        // Whoever waits is not kept waiting for a fetch that will not come in time.
        if !source.refresh.isFetching, source.refresh.wake(now: now) > now + Limits.keyWaitMax { tell() }
    }

    private func retire(_ source: Source) {
        if let timer = source.timer { loop.cancel(timer) }
        source.timer = nil
        source.peer.retire()
    }

    private func isCurrent(_ source: Source) -> Bool { sources[source.place.identity] === source }

    /// Begins a fetch if one is due, lets keys go that are too old, and sets the alarm for the next look.
    private func advance(_ source: Source) {
        guard isCurrent(source) else { return }
        let now = Instant.now()
        if source.refresh.begin(now: now) { fetch(source) }
        if source.hasKeys, source.refresh.keys(now: now) === KeySet.empty {
            source.hasKeys = false
            shared.issuerKeys.set(nil, of: source.place.identity)
            shared.log.event(.error, "issuer_keys_too_old", .text("issuer", source.place.identity.issuer))
            tell()
        }
        let timer = source.timer ?? Timer { [weak self, weak source] _ in if let source { self?.advance(source) } }
        source.timer = timer
        loop.schedule(timer, at: source.refresh.wake(now: now))
    }

    private func fetch(_ source: Source) {
        let deadline = Instant.now() + Limits.keyWaitMax
        LocalTask.run(on: loop) { await self.fetch(source, deadline) }
    }

    private func fetch(_ source: Source, _ deadline: Instant) async {
        do {
            let answer = try await source.peer.get(deadline: deadline)
            guard answer.status == 200 else { throw Failure(.upstream, "upstream_status", detail: "status \(answer.status)") }
            receive(answer, for: source)
        } catch {
            failed(source, "\((error as? Failure)?.reason ?? "unexpected")")
        }
        advance(source)
    }

    private func receive(_ answer: WebPeer.Answer, for source: Source) {
        guard isCurrent(source) else { return }
        switch source.refresh.receive(answer.body, freshFor: answer.maxAge, now: .now()) {
        case .unchanged: source.hasKeys = true
        case .replaced(let keys):
            source.hasKeys = true
            shared.issuerKeys.set(keys, of: source.place.identity)
            shared.log.event(
                .info, "issuer_keys_fetched", .text("issuer", source.place.identity.issuer), .number("keys", keys.count),
                .number("skipped", keys.skippedCount))
        case .refused(let fault): return failed(source, fault.message, isCounted: true)
        }
        shared.registry.add(.keySetsFetched)
        tell()
    }

    /// - Parameter isCounted: whether the refresh has taken note of it already.
    private func failed(_ source: Source, _ why: String, isCounted: Bool = false) {
        guard isCurrent(source) else { return }
        if !isCounted { source.refresh.fail(now: .now()) }
        shared.registry.add(.keySetsFailed)
        shared.log.event(
            .warn, "issuer_keys_not_fetched", .text("issuer", source.place.identity.issuer), .text("reason", why),
            .number("failures", source.refresh.failures))
        tell()
    }
}
