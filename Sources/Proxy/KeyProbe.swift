import Configuration
import Core
import Identity

/// Asks once for every key set that a configuration names by URL: for `louver check` and `louver token inspect`, which say what could not
/// be had before a start does.
public struct KeyProbe: Sendable {
    /// The keys that were fetched, by the place of their issuer in the verifier.
    public private(set) var keys: [Int: KeySet] = [:]
    /// One sentence for each key set that could not be fetched or used.
    public private(set) var warnings: [String] = []

    /// Asks. Blocks for at most `Limits.keyWaitMax` and a little: not for a loop.
    public init(asking snapshot: Snapshot) {
        if snapshot.keySources.isEmpty { return }
        let sources = snapshot.keySources
        let asked = Asking.run { asking in
            var probe = KeyProbe()
            for source in sources { await probe.ask(source, asking) }
            return probe
        }
        switch asked {
        case .success(let probe): self = probe
        case .failure(let failure): warnings = ["no issuer could be asked for its keys: \(failure.detail)"]
        }
    }

    private init() {}

    private mutating func ask(_ source: KeySource, _ asking: Asking) async {
        let identity = source.identity
        let peer = WebPeer(
            identity.url, tls: source.tls, serverName: source.serverName, bodyBytesMax: Limits.keySetBytesMax, loop: asking.loop,
            gauges: asking.gauges)
        defer { peer.retire() }
        let name = "the keys of issuer `\(identity.issuer)` at \(identity.url)"
        do {
            let answer = try await peer.get(deadline: asking.deadline)
            if answer.status == 200 {
                keys[source.place] = try KeySet.jwks(answer.body)
            } else {
                warnings.append("\(name) cannot be fetched: status \(answer.status)")
            }
        } catch let fault as IdentityFault {
            warnings.append("\(name) cannot be used: \(fault.message)")
        } catch {
            warnings.append("\(name) cannot be fetched: \(Asking.reason(error))")
        }
    }
}
