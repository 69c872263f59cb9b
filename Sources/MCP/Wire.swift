import Core
import HTTP
import JSON

/// Which wire a message is on, decided from its version header and the envelope its body claims. The table is in this room's README.
struct Wire {
    let era: Era
    /// The version to go on with.
    let version: ProtocolVersion
    /// The version the header states.
    let stated: ProtocolVersion?

    static func decide(
        _ fields: FieldTable, _ envelope: borrowing Envelope, _ params: borrowing CallParams, _ supported: ProtocolVersionSet
    ) throws(ProtocolFailure) -> Wire {
        let hasHeader = fields.contains(.mcpProtocolVersion)
        let stated: ProtocolVersion? = fields.withValue(.mcpProtocolVersion) { ProtocolVersion($0) } ?? nil
        let claim = params.claims.version
        if envelope.method == .initialize { return try handshake(params, hasHeader, stated, supported) }
        guard hasHeader else {
            guard claim == .none else {
                throw RoutingFields.mismatch(
                    "version_header_missing", "the body claims a version and the MCP-Protocol-Version header is missing")
            }
            guard supported.newest(.legacy) != nil else { throw unsupported(fields, supported) }
            try checkMirrors(fields, envelope, params, .legacy)
            return Wire(era: .legacy, version: .march2025, stated: nil)
        }
        guard let stated else {
            if claim == .stated(agrees: false) { throw versionMismatch }
            throw unsupported(fields, supported)
        }
        switch stated.era {
        case .legacy:
            guard claim == .none else { throw versionMismatch }
            guard supported.has(stated) else { throw unsupported(fields, supported) }
        case .modern:
            if envelope.isRequest { try checkClaims(params.claims) }
            if claim == .stated(agrees: false) { throw versionMismatch }
        }
        try checkMirrors(fields, envelope, params, stated.era)
        guard supported.has(stated) else { throw unsupported(fields, supported) }
        return Wire(era: stated.era, version: stated, stated: stated)
    }

    /// `initialize` belongs to the legacy wire; the upstream is asked for the version the client wants, or for the newest there is.
    private static func handshake(
        _ params: borrowing CallParams, _ hasHeader: Bool, _ stated: ProtocolVersion?, _ supported: ProtocolVersionSet
    ) throws(ProtocolFailure) -> Wire {
        let wanted = params.node?["protocolVersion"]
        guard params.claims.version == .none, stated?.era != .modern else {
            throw RoutingFields.mismatch(
                "initialize_on_modern", "`initialize` is no method of 2026-07-28; send server/discover, or no version header")
        }
        guard !hasHeader || stated != nil, let newest = supported.newest(.legacy) else {
            throw unsupported(requested: wanted?.string ?? [], supported)
        }
        let asked: ProtocolVersion? = wanted?.withString { ProtocolVersion($0) } ?? nil
        let version = asked.flatMap { supported.has($0) && $0.era == .legacy ? $0 : nil } ?? newest
        return Wire(era: .legacy, version: version, stated: stated)
    }

    /// What the modern wire requires of every request's `_meta`: -32602 comes before any mismatch.
    private static func checkClaims(_ claims: borrowing MetaClaims) throws(ProtocolFailure) {
        guard claims.isObject, claims.version != .none, claims.version != .malformed else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_missing", "`params._meta` must hold io.modelcontextprotocol/protocolVersion")
        }
        guard claims.hasCapabilities else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_missing",
                "`params._meta` must hold io.modelcontextprotocol/clientCapabilities, an object")
        }
        guard !claims.hasBadClientInfo else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_kind", "`io.modelcontextprotocol/clientInfo` must be an object")
        }
    }

    /// The mirrored headers must say what the body says: required on modern requests, and wherever they stand. A method nobody knows is
    /// refused in any case, so what its header says does not matter.
    private static func checkMirrors(
        _ fields: FieldTable, _ envelope: borrowing Envelope, _ params: borrowing CallParams, _ era: Era
    ) throws(ProtocolFailure) {
        let isRequired = era == .modern && envelope.isRequest
        let known = envelope.method
        let agrees: Bool? = fields.withValue(.mcpMethod) { value in known.map { ASCII.equals(value, $0.text) } ?? envelope.isCall }
        guard agrees ?? !isRequired else {
            throw RoutingFields.mismatch("method_header", "the Mcp-Method header is missing or differs from `method`")
        }
        guard let known, known.isMirroredByName else { return }
        let name = known == .resourcesRead ? params.uri : params.name
        if isRequired, name?.kind != .string {
            throw ProtocolFailure(400, ProtocolErrorCode.invalidParams, "target_missing", "the request names no tool, prompt or resource")
        }
        let matches: Bool? = fields.withValue(.mcpName) { value in name?.withString { HeaderValue.matches(value, $0) } ?? false }
        guard matches ?? !isRequired else {
            throw RoutingFields.mismatch("name_header", "the Mcp-Name header is missing, wrongly encoded or differs from the body")
        }
    }

    private static let versionMismatch = RoutingFields.mismatch(
        "version_mismatch", "the MCP-Protocol-Version header and `params._meta` state different versions")

    private static func unsupported(_ fields: FieldTable, _ supported: ProtocolVersionSet) -> ProtocolFailure {
        unsupported(requested: fields.value(.mcpProtocolVersion) ?? [], supported)
    }

    /// -32022 with what may be asked for. What was asked for goes back as at most 32 printable bytes.
    private static func unsupported(requested: [UInt8], _ supported: ProtocolVersionSet) -> ProtocolFailure {
        let printable = requested.prefix(32).map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
        return ProtocolFailure(
            400, ProtocolErrorCode.unsupportedVersion, "version_unsupported", "unsupported protocol version",
            detail: .versions(supported: supported, requested: printable))
    }
}
