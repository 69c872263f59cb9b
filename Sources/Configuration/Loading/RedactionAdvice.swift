import Core
import Policy
import Redaction
import YAML

/// What an operator should know about how replies are redacted.
enum RedactionAdvice {
    /// One sentence for each thing.
    static func warnings(_ options: LouverOptions, _ routes: [LoadedRoute], _ engine: RedactionEngine, now: WallTime) -> [String] {
        var warnings: [String] = []
        var told: Set<String> = []
        for route in routes where told.insert(route.options.policy.path).inserted {
            let rules = route.policy.redaction
            let tenant = rules.tenant ?? route.policy.name
            let hasKey = options.redaction.tenantKey != nil || options.redaction.tenantKeys.contains { $0.tenant == tenant }
            warnings += Allowance.advice(rules.allow, now: now, detectors: engine.detectors, hasKey: hasKey).map(\.description)
        }
        let tenants = routes.map { $0.policy.redaction.tenant ?? $0.policy.name }
        for (tenant, _) in options.redaction.tenantKeys where !tenants.contains(tenant) {
            warnings.append("`redaction.tenants` has a key for \(Fault.quote(tenant)), and no policy is of that tenant")
        }
        if options.redaction.learned.values > 0 || engine.known != nil, !canLock || engine.known?.isLocked == false {
            warnings.append(
                "the system does not let Louver keep \(engine.known?.isLocked == false && canLock ? "so much" : "its") memory out of swap "
                    + "(RLIMIT_MEMLOCK): known and learned secrets may be written there; raise `LimitMEMLOCK` of the unit, or the memlock "
                    + "limit of the container, or have no swap")
        }
        return warnings
    }

    /// Whether the system locks a page at all.
    private static var canLock: Bool {
        var page: [[UInt8]] = [[0]]
        return LockedBytes(taking: &page)?.isLocked ?? false
    }
}
