/// What happens when the kernel does not grant what the process denies itself at start: no core dump, no tracing, no new privileges.
public enum HardeningMode: String, CaseIterable, Sendable {
    /// The start says so and goes on.
    case report
    /// The start fails.
    case require
}
