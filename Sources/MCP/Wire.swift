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

    /// What a body says of its own version.
    private enum Claim: Equatable {
        case none
        case malformed
        case version(agrees: Bool)
    }

    static func decide(_ fields: FieldTable, _ envelope: Envelope, _ supported: ProtocolVersionSet) throws(ProtocolFailure) -> Wire {
        let hasHeader = fields.count(.mcpProtocolVersion) > 0
        let stated: ProtocolVersion? = fields.withValue(.mcpProtocolVersion) { ProtocolVersion($0) } ?? nil
        let claim = claim(of: envelope, against: fields)
        if envelope.names(.initialize) { return try handshake(envelope, hasHeader, stated, claim, supported) }
        guard hasHeader else {
            guard claim == .none else {
                throw RoutingFields.mismatch(
                    "version_header_missing", "the body claims a version and the MCP-Protocol-Version header is missing")
            }
            guard supported.newest(.legacy) != nil else { throw unsupported(fields, supported) }
            try checkMirrors(fields, envelope, .legacy)
            return Wire(era: .legacy, version: .march2025, stated: nil)
        }
        guard let stated else {
            if claim == .version(agrees: false) { throw versionMismatch }
            throw unsupported(fields, supported)
        }
        switch stated.era {
        case .legacy:
            guard claim == .none else { throw versionMismatch }
            guard supported.has(stated) else { throw unsupported(fields, supported) }
        case .modern:
            try checkEnvelope(envelope, claim)
            if claim == .version(agrees: false) { throw versionMismatch }
        }
        try checkMirrors(fields, envelope, stated.era)
        guard supported.has(stated) else { throw unsupported(fields, supported) }
        return Wire(era: stated.era, version: stated, stated: stated)
    }

    /// `initialize` belongs to the legacy wire; the upstream is asked for the version the client wants, or for the newest there is.
    private static func handshake(
        _ envelope: Envelope, _ hasHeader: Bool, _ stated: ProtocolVersion?, _ claim: Claim, _ supported: ProtocolVersionSet
    ) throws(ProtocolFailure) -> Wire {
        let wanted = envelope.params?["protocolVersion"]
        guard claim == .none, stated?.era != .modern else {
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
    private static func checkEnvelope(_ envelope: Envelope, _ claim: Claim) throws(ProtocolFailure) {
        guard envelope.isCall, envelope.idNode != nil else { return }
        guard let meta = envelope.params?["_meta"], meta.kind == .object, claim != .none, claim != .malformed else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_missing", "`params._meta` must hold io.modelcontextprotocol/protocolVersion")
        }
        guard let capabilities = meta[MetaKey.clientCapabilities], capabilities.kind == .object else {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_missing",
                "`params._meta` must hold io.modelcontextprotocol/clientCapabilities, an object")
        }
        if let client = meta[MetaKey.clientInfo], client.kind != .object {
            throw ProtocolFailure(
                400, ProtocolErrorCode.invalidParams, "meta_kind", "`io.modelcontextprotocol/clientInfo` must be an object")
        }
    }

    /// The mirrored headers must say what the body says: required on modern requests, and wherever they stand.
    private static func checkMirrors(_ fields: FieldTable, _ envelope: Envelope, _ era: Era) throws(ProtocolFailure) {
        let isRequired = era == .modern && envelope.isCall && envelope.idNode != nil
        let method: Bool? = agrees(fields, .mcpMethod, envelope.methodNode, isEncoded: false)
        guard method ?? !isRequired else {
            throw RoutingFields.mismatch("method_header", "the Mcp-Method header is missing or differs from `method`")
        }
        let known: Method? = envelope.methodNode?.withString { Method($0) } ?? nil
        guard let known, known.isMirroredByName else { return }
        let name = known == .resourcesRead ? envelope.params?["uri"] : envelope.params?["name"]
        if isRequired, name?.kind != .string {
            throw ProtocolFailure(400, ProtocolErrorCode.invalidParams, "target_missing", "the request names no tool, prompt or resource")
        }
        guard agrees(fields, .mcpName, name, isEncoded: true) ?? !isRequired else {
            throw RoutingFields.mismatch("name_header", "the Mcp-Name header is missing, wrongly encoded or differs from the body")
        }
    }

    /// Whether a header equals a string of the body; nil when the header is absent.
    private static func agrees(_ fields: FieldTable, _ name: FieldName, _ node: JSONNode?, isEncoded: Bool) -> Bool? {
        fields.withValue(name) { value in
            let equal = node?.withString { text in isEncoded ? HeaderValue.matches(value, text) : HeaderValue.equal(value, text) }
            return equal ?? false
        }
    }

    private static func claim(of envelope: Envelope, against fields: FieldTable) -> Claim {
        guard let node = envelope.params?["_meta"]?[MetaKey.protocolVersion] else { return .none }
        let agrees = node.withString { text in fields.withValue(.mcpProtocolVersion) { HeaderValue.equal($0, text) } ?? false }
        guard let agrees else { return .malformed }
        return .version(agrees: agrees)
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
