import Configuration
import Core
import Crypto
import Identity

/// Asks once at every endpoint that tells about tokens or gives them: for `louver check`, which says who does not answer, or does not know
/// Louver, before a start does.
public struct EndpointProbe: Sendable {
    /// One sentence for each endpoint that cannot be used.
    public private(set) var warnings: [String] = []

    /// Asks. Blocks for at most `Limits.keyWaitMax` and a little: not for a loop.
    public init(asking snapshot: Snapshot) {
        let introspection = snapshot.introspection
        let places = snapshot.upstreams.compactMap { upstream in upstream.tokenEndpoint.map { (upstream.options.name, $0) } }
        if introspection == nil, places.isEmpty { return }
        let asked = Asking.run { asking in
            var probe = EndpointProbe()
            if let introspection { await probe.ask(introspection, asking) }
            for (name, place) in places { await probe.reach(place, of: name, asking) }
            return probe
        }
        switch asked {
        case .success(let probe): self = probe
        case .failure(let failure): warnings = ["no token endpoint could be asked: \(failure.detail)"]
        }
    }

    private init() {}

    /// Asks about a token that nobody has given: the answer to that shows that Louver may ask.
    private mutating func ask(_ place: LoadedIntrospection, _ asking: Asking) async {
        let name = "the introspection endpoint \(place.endpoint.url)"
        let order = place.questions.order(Base64.encode(SecureRandom.bytes(32), .url))
        let peer = WebPeer(place.endpoint, loop: asking.loop, gauges: asking.gauges)
        defer { peer.retire() }
        do {
            let answer = try await peer.post(order, deadline: asking.deadline)
            switch answer.status {
            case 200: break
            case 400, 401, 403:
                warnings.append("\(name) does not let Louver ask (status \(answer.status)): look at `client_id` and what proves it")
            default: warnings.append("\(name) cannot be asked: status \(answer.status)")
            }
        } catch {
            warnings.append("\(name) cannot be asked: \(Asking.reason(error))")
        }
    }

    /// Whether somebody answers there, whatever it is: a token cannot be asked for without a caller.
    private mutating func reach(_ place: TokenEndpoint, of upstream: String, _ asking: Asking) async {
        let peer = WebPeer(place, loop: asking.loop, gauges: asking.gauges)
        defer { peer.retire() }
        do {
            _ = try await peer.get(deadline: asking.deadline)
        } catch {
            let reason = Asking.reason(error)
            if Self.answers.contains(where: { reason.spells($0) }) { return }
            warnings.append("the token endpoint \(place.url) of upstream `\(upstream)` cannot be reached: \(reason)")
        }
    }

    /// Failures that only an answer brings: a page for people.
    private static let answers: [StaticString] = ["reply_too_large", "foreign_content"]
}
