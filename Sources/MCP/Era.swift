/// The two shapes MCP has had over one HTTP endpoint.
public enum Era: UInt8, Sendable, Equatable {
    /// 2026-07-28 and later: stateless, every request carries its envelope in `params._meta`.
    case modern
    /// 2024-11-05 to 2025-11-25: an `initialize` handshake, usually with a session id.
    case legacy
}
