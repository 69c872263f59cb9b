import Core
import JSON

/// A set of revisions: what an upstream speaks and Louver polices.
public struct ProtocolVersionSet: OptionSet, Sendable, Equatable {
    /// One bit per `ProtocolVersion.rawValue`.
    public let rawValue: UInt8

    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Makes a set of one.
    public init(_ version: ProtocolVersion) { rawValue = 1 << version.rawValue }

    /// Every revision with a handshake.
    public static let handshake: ProtocolVersionSet = [
        ProtocolVersionSet(.november2024), ProtocolVersionSet(.march2025), ProtocolVersionSet(.june2025), ProtocolVersionSet(.november2025),
    ]
    /// Every stateless revision.
    public static let modern = ProtocolVersionSet(.july2026)
    /// Everything Louver polices.
    public static let all: ProtocolVersionSet = [handshake, modern]

    /// Whether `version` is in it.
    public func has(_ version: ProtocolVersion) -> Bool { rawValue & (1 << version.rawValue) != 0 }

    /// The newest of an era, or nil when it holds none of that era.
    public func newest(_ era: Era) -> ProtocolVersion? {
        switch era {
        case .modern: has(.july2026) ? .july2026 : nil
        case .legacy:
            if has(.november2025) {
                .november2025
            } else if has(.june2025) {
                .june2025
            } else if has(.march2025) {
                .march2025
            } else {
                has(.november2024) ? .november2024 : nil
            }
        }
    }

    /// Writes a JSON array of the texts, oldest first.
    public func write(into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "["))
        var isFirst = true
        for version in ProtocolVersion.allCases where has(version) {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.appendString(version.text, to: &out)
        }
        out.append(UInt8(ascii: "]"))
    }
}
