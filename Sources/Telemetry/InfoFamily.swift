/// Facts that are told as a metric with the value 1 and the fact in its labels.
public enum InfoFamily: Int, CaseIterable, Sendable {
    /// The program: `version`.
    case build
    /// The configuration in place: `hash`.
    case configuration
    /// Policies in place: `policy`, `hash`.
    case policy
    /// Detectors in place: `hash`.
    case detectors

    /// The names of its labels.
    var labels: [StaticString] {
        switch self {
        case .build: ["version"]
        case .configuration, .detectors: ["hash"]
        case .policy: ["policy", "hash"]
        }
    }
}
