import Core

/// A revision of MCP that Louver polices, oldest first.
public enum ProtocolVersion: UInt8, Sendable, CaseIterable, Comparable {
    /// 2024-11-05.
    case november2024
    /// 2025-03-26: what a missing version header means (2025-06-18, basic/transports).
    case march2025
    /// 2025-06-18.
    case june2025
    /// 2025-11-25, the last with a handshake.
    case november2025
    /// 2026-07-28, the first without.
    case july2026

    /// Reads a version as it stands in a header or a body; nil for any other text. Case and length matter.
    public init?(_ text: Span<UInt8>) {
        guard text.count == 10 else { return nil }
        // The newest is what most messages state.
        var code = Self.july2026.rawValue
        while let version = ProtocolVersion(rawValue: code) {
            if ASCII.equals(text, version.text) {
                self = version
                return
            }
            if code == 0 { return nil }
            code -= 1
        }
        return nil
    }

    /// The text that stands for it on the wire.
    public var text: StaticString {
        switch self {
        case .november2024: "2024-11-05"
        case .march2025: "2025-03-26"
        case .june2025: "2025-06-18"
        case .november2025: "2025-11-25"
        case .july2026: "2026-07-28"
        }
    }

    /// Which wire it belongs to.
    public var era: Era { self == .july2026 ? .modern : .legacy }

    /// Orders by date.
    public static func < (a: ProtocolVersion, b: ProtocolVersion) -> Bool { a.rawValue < b.rawValue }
}
