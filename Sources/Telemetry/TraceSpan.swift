import Core

/// One span as OTLP/JSON tells it. Names come from the code, from loaded files or scrubbed; payload never stands here.
public struct TraceSpan {
    /// Who was asked.
    public enum Kind: Int, Sendable {
        /// Louver, by a client.
        case server = 2
        /// An upstream, by Louver.
        case client = 3
    }

    private let context: TraceContext
    private let kind: Kind
    /// The span's own id.
    public var id: UInt64
    /// The span above it; 0 for none.
    public var parent: UInt64
    /// What it is called.
    public var name: [UInt8]
    /// When it began, in nanoseconds since 1970.
    public var begin: Int64 = 0
    /// When it ended.
    public var end: Int64 = 0
    /// Whether it failed.
    public var isFailed = false
    /// Attributes with texts.
    public var texts: [(key: StaticString, value: [UInt8])] = []
    /// Attributes with numbers.
    public var numbers: [(key: StaticString, value: Int)] = []

    /// Louver's span of an exchange.
    public init(_ context: TraceContext, name: [UInt8]) {
        self.context = context
        kind = .server
        id = context.span
        parent = context.parent
        self.name = name
    }

    /// A call of the upstream below it.
    public init(_ context: TraceContext, upstream id: UInt64, name: [UInt8]) {
        self.context = context
        kind = .client
        self.id = id
        parent = context.span
        self.name = name
    }

    /// Appends it as a JSON object.
    public func write(into out: inout ByteBuffer) {
        out.append("{\"traceId\":\"")
        out.append(context.traceID)
        out.append("\",\"spanId\":\"")
        out.append(TraceContext.text(id))
        if parent != 0 {
            out.append("\",\"parentSpanId\":\"")
            out.append(TraceContext.text(parent))
        }
        out.append("\",\"name\":")
        JSONLine.string(name.span, longest: Limits.accessFieldBytesMax, into: &out)
        out.append(",\"kind\":")
        out.append(decimal: kind.rawValue)
        // 64-bit numbers are strings in the JSON of Protocol Buffers.
        out.append(",\"startTimeUnixNano\":\"")
        out.append(decimal: Int(begin))
        out.append("\",\"endTimeUnixNano\":\"")
        out.append(decimal: Int(end))
        out.append("\",\"attributes\":[")
        var isFirst = true
        for (key, value) in texts where !value.isEmpty {
            attribute(key, "stringValue", &isFirst, into: &out)
            JSONLine.string(value.span, longest: Limits.accessFieldBytesMax, into: &out)
            out.append("}}")
        }
        for (key, value) in numbers where value > 0 {
            attribute(key, "intValue", &isFirst, into: &out)
            out.append("\"")
            out.append(decimal: value)
            out.append("\"}}")
        }
        out.append(isFailed ? "],\"status\":{\"code\":2}}" : "]}")
    }

    private func attribute(_ key: StaticString, _ kind: StaticString, _ isFirst: inout Bool, into out: inout ByteBuffer) {
        if !isFirst { out.append(",") }
        isFirst = false
        out.append("{\"key\":\"")
        out.append(key)
        out.append("\",\"value\":{\"")
        out.append(kind)
        out.append("\":")
    }
}
