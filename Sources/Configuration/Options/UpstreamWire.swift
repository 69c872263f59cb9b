/// Which wires of the protocol an upstream speaks.
public enum UpstreamWire: String, Sendable, CaseIterable {
    /// Louver finds out.
    case auto
    /// Sessions that begin with `initialize` (2024-11-05 to 2025-11-25).
    case handshake
    /// Stateless calls (2026-07-28).
    case modern
    /// Both.
    case both
}
