import Core

/// What a sealed session id holds: enough for any replica to go on with the session, and nothing a client could change.
public struct LegacySession: Sendable, Equatable {
    /// The upstream's own session id; empty when it keeps no sessions.
    public let upstreamID: [UInt8]
    /// The version that `initialize` settled on.
    public let version: ProtocolVersion
    /// When the session began.
    public let issued: WallTime

    /// Makes the content of a seal.
    public init(upstreamID: [UInt8], version: ProtocolVersion, issued: WallTime) {
        self.upstreamID = upstreamID
        self.version = version
        self.issued = issued
    }

    /// Refuses a message that states another version than the session settled on. One that states none is taken to mean the session's.
    public func check(_ inbound: Inbound) throws(ProtocolFailure) {
        guard inbound.era == .legacy, let stated = inbound.statedVersion, stated != version else { return }
        throw ProtocolFailure(
            400, ProtocolErrorCode.headerMismatch, "session_version",
            "the MCP-Protocol-Version header differs from the version this session settled on", id: inbound.requestID)
    }

    /// Refuses the header of a bodiless request (GET, DELETE) in the same way.
    public func check(stated: ProtocolVersion?) throws(ProtocolFailure) {
        guard let stated, stated != version else { return }
        throw ProtocolFailure(
            400, ProtocolErrorCode.headerMismatch, "session_version",
            "the MCP-Protocol-Version header differs from the version this session settled on")
    }
}
