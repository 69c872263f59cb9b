import Core
import JSON

/// Makes the answers to `initialize` and `server/discover` promise only what Louver polices: versions it knows, capabilities it filters.
/// Both are treated alike. Instructions and server info stay and are scrubbed later like any text.
public struct HandshakeFilter: Sendable {
    /// The versions that may be promised.
    public let versions: ProtocolVersionSet
    /// The capabilities that may be promised.
    public let capabilities: ServerCapabilities

    /// Makes a filter.
    public init(versions: ProtocolVersionSet = .all, capabilities: ServerCapabilities = .all) {
        self.versions = versions
        self.capabilities = capabilities
    }

    /// Writes the answer to an `initialize`. Answers the version it settles on; nil when it is an error. A server that settles on a
    /// version without a handshake, or one Louver does not know, is refused.
    public func writeInitialize(_ reply: WholeReply, into out: inout ByteBuffer) throws(ReplyFailure) -> ProtocolVersion? {
        guard let result = reply.result else {
            reply.write(into: &out) { _, _, _, _ in false }
            return nil
        }
        let settled: ProtocolVersion? = result["protocolVersion"]?.withString { ProtocolVersion($0) } ?? nil
        guard let settled, settled.era == .legacy, versions.has(settled) else { throw ReplyFailure("handshake_version") }
        guard result["capabilities"]?.kind == .object else { throw ReplyFailure("handshake_shape") }
        write(reply, into: &out)
        return settled
    }

    /// Writes the answer to a `server/discover`. Answers the versions that both sides know; empty when it is an error. A server that knows
    /// none of them is refused.
    public func writeDiscover(_ reply: WholeReply, into out: inout ByteBuffer) throws(ReplyFailure) -> ProtocolVersionSet {
        guard let result = reply.result else {
            reply.write(into: &out) { _, _, _, _ in false }
            return []
        }
        guard let offered = result["supportedVersions"], offered.kind == .array, result["capabilities"]?.kind == .object else {
            throw ReplyFailure("handshake_shape")
        }
        let common = common(offered)
        guard !common.isEmpty else { throw ReplyFailure("handshake_version") }
        write(reply, into: &out)
        return common
    }

    private func write(_ reply: WholeReply, into out: inout ByteBuffer) {
        reply.write(into: &out) { key, value, lead, out in
            lead.write(key, into: &out)
            if ASCII.equals(key, "capabilities") {
                capabilities.write(value, into: &out)
            } else if ASCII.equals(key, "supportedVersions") {
                common(value).write(into: &out)
            } else if ASCII.equals(key, "cacheScope") {
                out.append("\"private\"")
            } else if ASCII.equals(key, "serverInfo") {
                Self.writeServer(value, into: &out)
            } else {
                value.write(into: &out)
            }
            return true
        }
    }

    private func common(_ offered: JSONNode) -> ProtocolVersionSet {
        var common: ProtocolVersionSet = []
        offered.forEachElement { node in
            let version: ProtocolVersion? = node.withString { ProtocolVersion($0) } ?? nil
            if let version, versions.has(version) { common.insert(ProtocolVersionSet(version)) }
        }
        return common
    }

    private static func writeServer(_ server: JSONNode, into out: inout ByteBuffer) {
        guard server.kind == .object else {
            server.write(into: &out)
            return
        }
        out.append(UInt8(ascii: "{"))
        var lead = MemberLead()
        server.forEachMember { key, value in
            lead.write(key, into: &out)
            lead.isFirst = false
            if ASCII.equals(key, "icons"), value.kind == .array { Icons.write(value, into: &out) } else { value.write(into: &out) }
        }
        out.append(UInt8(ascii: "}"))
    }
}
