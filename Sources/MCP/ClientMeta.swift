import Core
import JSON

/// What of a client's `_meta` and capabilities goes upstream. Both are open-ended, servers act on members the protocol does not define (one
/// picks a tool's version from its own key), and no rule of a policy looks at them: so only the named ones pass.
enum ClientMeta {
    /// Writes `params._meta` for the upstream: protocol members and trace context, with the progress token replaced.
    ///
    /// - Parameter traceparent: stands in the place of the client's own, so that both ways say the same; empty to leave that as it is.
    static func write(
        _ meta: JSONNode, era: Era, id: UpstreamID, features: ClientFeatures, traceparent: [UInt8] = [], into out: inout ByteBuffer
    ) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        meta.forEachMember { key, value in
            guard let name = passing(key, era) else { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(UInt8(ascii: "\""))
            out.append(name)
            out.append("\":")
            if isSame(name, MetaKey.progressToken) {
                id.write(into: &out)
            } else if isSame(name, MetaKey.clientCapabilities) {
                writeCapabilities(value, features: features, into: &out)
            } else if !traceparent.isEmpty, isSame(name, MetaKey.traceparent) {
                JSONText.appendString(traceparent.span, to: &out)
            } else {
                value.write(into: &out)
            }
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Writes a client's capabilities: those a rule allows and no others. Tasks, extensions (such as `io.modelcontextprotocol/ui`) and
    /// experimental ones are never policed and never pass.
    static func writeCapabilities(_ capabilities: JSONNode, features: ClientFeatures, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        capabilities.forEachMember { key, value in
            guard value.kind == .object else { return }
            let name: StaticString
            if features.contains(.sampling), ASCII.equals(key, "sampling") {
                name = "\"sampling\":"
            } else if features.contains(.elicitation), ASCII.equals(key, "elicitation") {
                name = "\"elicitation\":"
            } else if features.contains(.roots), ASCII.equals(key, "roots") {
                name = "\"roots\":"
            } else {
                return
            }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(name)
            value.write(into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// The literal of a key that passes, so that what is written never depends on how the client spelled it.
    private static func passing(_ key: Span<UInt8>, _ era: Era) -> StaticString? {
        if ASCII.equals(key, MetaKey.progressToken) { return MetaKey.progressToken }
        if era == .modern {
            if ASCII.equals(key, MetaKey.protocolVersion) { return MetaKey.protocolVersion }
            if ASCII.equals(key, MetaKey.clientCapabilities) { return MetaKey.clientCapabilities }
            if ASCII.equals(key, MetaKey.clientInfo) { return MetaKey.clientInfo }
            if ASCII.equals(key, MetaKey.logLevel) { return MetaKey.logLevel }
        }
        if ASCII.equals(key, MetaKey.traceparent) { return MetaKey.traceparent }
        if ASCII.equals(key, MetaKey.tracestate) { return MetaKey.tracestate }
        if ASCII.equals(key, MetaKey.baggage) { return MetaKey.baggage }
        return nil
    }

    private static func isSame(_ a: StaticString, _ b: StaticString) -> Bool { a.utf8Start == b.utf8Start }
}
