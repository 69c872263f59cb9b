import Core
import HTTP

/// The rule that a header which decides something stands once: where two readers disagree on the first or the last, a proxy is bypassed
/// (measured: a reference server runs the body's tool under the first of two version headers). Checked before anybody is authenticated.
public enum RoutingFields {
    /// Refuses a head in which an MCP header stands twice. HTTP does so for `Host`, `Authorization`, `Origin` and the content headers.
    public static func refuseDuplicates(_ fields: FieldTable) throws(ProtocolFailure) {
        if fields.isRepeated(.mcpProtocolVersion) || fields.isRepeated(.mcpMethod) || fields.isRepeated(.mcpName)
            || fields.isRepeated(.mcpSessionID)
        {
            throw mismatch("duplicate_mcp_header", "an MCP header stands more than once; send each of them once")
        }
    }

    /// Refuses two `Mcp-Param-*` headers of one name in any case, and any whose value cannot be decoded.
    static func checkParameters(_ fields: FieldTable) throws(ProtocolFailure) {
        var found = 0
        var isDuplicate = false
        var isInvalid = false
        fields.forEach { name, known, value in
            guard known == nil, isParameter(name) else { return }
            found += 1
            if HeaderValue.decode(value) == .invalid { isInvalid = true }
            if found > 1, count(of: name, in: fields) > 1 { isDuplicate = true }
        }
        if isDuplicate { throw mismatch("duplicate_mcp_header", "an Mcp-Param header stands more than once; send each of them once") }
        if isInvalid {
            throw mismatch("param_header_encoding", "an Mcp-Param header is neither printable ASCII nor canonical =?base64?..?=")
        }
    }

    /// Whether a field name begins with `Mcp-Param-`, in any case, and goes on.
    static func isParameter(_ name: Span<UInt8>) -> Bool {
        name.count > parameterPrefix.utf8CodeUnitCount
            && ASCII.equalsIgnoringCase(name.extracting(0..<parameterPrefix.utf8CodeUnitCount), parameterPrefix)
    }

    static let parameterPrefix: StaticString = "mcp-param-"

    static func mismatch(_ reason: StaticString, _ message: StaticString) -> ProtocolFailure {
        ProtocolFailure(400, ProtocolErrorCode.headerMismatch, reason, message)
    }

    private static func count(of wanted: Span<UInt8>, in fields: FieldTable) -> Int {
        var count = 0
        let bytes = wanted.withUnsafeBufferPointer { [UInt8]($0) }
        fields.forEach { name, known, _ in
            guard known == nil, name.count == bytes.count else { return }
            for at in 0..<bytes.count where ASCII.lower(name[at]) != ASCII.lower(bytes[at]) { return }
            count += 1
        }
        return count
    }
}
