import Configuration
import Core
import Glibc
import Identity
import Reactor
import Telemetry

/// Asks once for every key set that a configuration names by URL: for `louver check`, which says what could not be had before a start does.
public enum KeyProbe {
    /// One sentence for each key set that could not be fetched or used. Blocks for at most `Limits.keyWaitMax` and a little: not for a
    /// loop.
    public static func warnings(_ snapshot: Snapshot) -> [String] {
        if snapshot.keySources.isEmpty { return [] }
        let found = Lock<[String]?>(nil)
        guard let loop = try? EventLoop() else { return ["no issuer could be asked for its keys: this machine gives no event loop"] }
        let sources = snapshot.keySources
        let probe = LoopBound(loop) { loop in
            LocalTask.run(on: loop) {
                let warnings = await ask(sources, loop)
                found.withLock { $0 = warnings }
            }
        }
        do {
            try LoopThread.start(loop, name: "louver-probe", keeping: probe)
        } catch {
            return ["no issuer could be asked for its keys: \(error)"]
        }
        defer { loop.stop() }
        while true {
            if let warnings = found.withLock({ $0 }) { return warnings }
            usleep(5_000)
        }
    }

    private static func ask(_ sources: [KeySource], _ loop: EventLoop) async -> [String] {
        let registry = Registry()
        let gauges = UpstreamGauges(registry.makeShard(), UpstreamHealth([], registry: registry))
        let deadline = Instant.now() + Limits.keyWaitMax
        var warnings: [String] = []
        for source in sources {
            let identity = source.identity
            let peer = WebPeer(
                identity.url, tls: source.tls, serverName: source.serverName, bodyBytesMax: Limits.keySetBytesMax, loop: loop,
                gauges: gauges)
            let name = "the keys of issuer `\(identity.issuer)` at \(identity.url)"
            do {
                let answer = try await peer.get(deadline: deadline)
                if answer.status != 200 {
                    warnings.append("\(name) cannot be fetched: status \(answer.status)")
                } else {
                    _ = try KeySet.jwks(answer.body)
                }
            } catch let fault as IdentityFault {
                warnings.append("\(name) cannot be used: \(fault.message)")
            } catch {
                let failure = error as? Failure
                warnings.append("\(name) cannot be fetched: \(failure?.reason ?? "unexpected")")
            }
            peer.retire()
        }
        return warnings
    }
}
