import Policy
import RateLimit

extension Snapshot {
    /// The limits of all policies in force, each once.
    public var limits: [KnownLimit] {
        var seen: Set<KnownLimit> = []
        return routes.flatMap { route in route.policy.limits.map { KnownLimit(policy: route.policy.name, rule: $0) } }
            .filter { seen.insert($0).inserted }
    }
}
