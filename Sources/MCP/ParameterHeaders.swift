import Core
import HTTP
import JSON

/// The arguments of one tool that the modern wire mirrors in `Mcp-Param-*` headers, as its `inputSchema` annotates them with
/// `x-mcp-header` (2026-07-28 basic/transports/streamable-http, SEP-2243). Learned from `tools/list`; upstream the headers are written
/// again from the arguments that are sent.
public struct ParameterHeaders: Sendable, Equatable {
    /// One mirrored argument.
    struct Parameter: Sendable, Equatable {
        /// The header name's last part, as annotated.
        let token: [UInt8]
        /// The property names that lead to the argument.
        let path: [[UInt8]]
        let isInteger: Bool
    }

    private(set) var parameters: [Parameter] = []

    /// Whether the tool mirrors nothing.
    public var isEmpty: Bool { parameters.isEmpty }

    /// Reads the annotations of an `inputSchema`. Nil when one is invalid: then the tool must not be offered. An annotation is a token,
    /// unique in any case, on a string, integer or boolean, reached through `properties` only.
    public init?(schema: JSONNode) {
        var found = 0
        guard collect(schema, path: [], found: &found), found == Self.annotations(in: schema) else { return nil }
    }

    /// Checks the headers of a request against its arguments: present exactly where the argument is present and not null, and equal.
    public func check(_ fields: FieldTable, arguments: JSONNode?, id: RequestID?) throws(ProtocolFailure) {
        for parameter in parameters {
            let value = Self.value(parameter, in: arguments)
            var count = 0
            var isEqual = false
            fields.forEach { name, known, header in
                guard known == nil, Self.isHeader(name, of: parameter) else { return }
                count += 1
                isEqual = Self.matches(header, value, isInteger: parameter.isInteger)
            }
            guard value == nil ? count == 0 : count == 1 && isEqual else {
                throw ProtocolFailure(
                    400, ProtocolErrorCode.headerMismatch, "param_header",
                    "an Mcp-Param header is missing, superfluous or differs from the argument it mirrors", id: id)
            }
        }
    }

    /// Whether a header mirrors one of these arguments.
    func mirrors(_ name: Span<UInt8>) -> Bool {
        for parameter in parameters where Self.isHeader(name, of: parameter) { return true }
        return false
    }

    /// Writes the header lines for the arguments that are sent. What is neither text nor number nor truth value has no mirror.
    public func write(arguments: JSONNode?, into out: inout ByteBuffer) {
        for parameter in parameters {
            guard let value = Self.value(parameter, in: arguments), value.kind != .object, value.kind != .array else { continue }
            out.append("Mcp-Param-")
            out.append(parameter.token)
            out.append(": ")
            if value.kind == .string {
                value.withString { HeaderValue.append($0, into: &out) }
            } else {
                value.withSource { out.append($0) }
            }
            out.append("\r\n")
        }
    }

    private mutating func collect(_ schema: JSONNode, path: [[UInt8]], found: inout Int) -> Bool {
        guard schema.kind == .object, let properties = schema["properties"], properties.kind == .object else { return true }
        var isValid = true
        properties.forEachMember { key, property in
            guard isValid else { return }
            let inner = path + [key.withUnsafeBufferPointer { [UInt8]($0) }]
            if let annotation = property["x-mcp-header"] {
                found += 1
                isValid = add(annotation, of: property, path: inner)
            }
            isValid = isValid && collect(property, path: inner, found: &found)
        }
        return isValid
    }

    private mutating func add(_ annotation: JSONNode, of property: JSONNode, path: [[UInt8]]) -> Bool {
        guard let token = annotation.string, !token.isEmpty, token.allSatisfy(ASCII.isToken), token.count <= Limits.parameterTokenBytesMax,
            parameters.count < Limits.parameterHeadersMax, path.reduce(0, { $0 + $1.count }) <= Limits.parameterPathBytesMax,
            let type = property["type"],
            type.equals("string") || type.equals("integer") || type.equals("boolean")
        else { return false }
        let isTaken = parameters.contains { $0.token.map(ASCII.lower) == token.map(ASCII.lower) }
        parameters.append(Parameter(token: token, path: path, isInteger: type.equals("integer")))
        return !isTaken
    }

    /// All annotations of a schema wherever they stand; below `properties`, `$defs` and the like a member is a name and no keyword.
    private static func annotations(in schema: JSONNode, isNameMap: Bool = false) -> Int {
        var count = 0
        schema.forEachMember { key, value in
            if !isNameMap, ASCII.equals(key, "x-mcp-header") {
                count += 1
            } else if !isNameMap, isData(key) {
                return
            } else {
                count += annotations(in: value, isNameMap: !isNameMap && mapsNames(key))
            }
        }
        schema.forEachElement { count += annotations(in: $0) }
        return count
    }

    private static func mapsNames(_ key: Span<UInt8>) -> Bool {
        ASCII.equals(key, "properties") || ASCII.equals(key, "$defs") || ASCII.equals(key, "definitions")
            || ASCII.equals(key, "patternProperties") || ASCII.equals(key, "dependentSchemas")
    }

    /// Keywords whose values are instances, not schemas.
    private static func isData(_ key: Span<UInt8>) -> Bool {
        ASCII.equals(key, "default") || ASCII.equals(key, "examples") || ASCII.equals(key, "enum") || ASCII.equals(key, "const")
    }

    private static func value(_ parameter: Parameter, in arguments: JSONNode?) -> JSONNode? {
        var node = arguments
        for name in parameter.path { node = node?.member(name.span) }
        return node?.kind == .null ? nil : node
    }

    private static func isHeader(_ name: Span<UInt8>, of parameter: Parameter) -> Bool {
        guard RoutingFields.isParameter(name) else { return false }
        let lead = RoutingFields.parameterPrefix.utf8CodeUnitCount
        guard name.count == lead + parameter.token.count else { return false }
        for at in 0..<parameter.token.count where ASCII.lower(name[lead + at]) != ASCII.lower(parameter.token[at]) { return false }
        return true
    }

    /// Whether a header says what an argument says: strings exactly, integers by value within +-(2^53 - 1), booleans as JSON writes them.
    private static func matches(_ header: Span<UInt8>, _ value: JSONNode?, isInteger: Bool) -> Bool {
        guard let value else { return false }
        switch value.kind {
        case .string: return value.withString { HeaderValue.matches(header, $0) } ?? false
        case .true: return HeaderValue.matches(header, "true".utf8Span.span)
        case .false: return HeaderValue.matches(header, "false".utf8Span.span)
        case .number:
            guard isInteger, let wanted = value.int64, wanted.magnitude < 1 << 53 else { return false }
            let text: [UInt8]
            switch HeaderValue.decode(header) {
            case .plain: text = header.withUnsafeBufferPointer { [UInt8]($0) }
            case .encoded(let bytes): text = bytes
            case .invalid: return false
            }
            let parsed = try? JSONDocument.parse(text)
            return parsed?.root.int64 == wanted
        default: return false
        }
    }
}
