import Core

/// Spans on their way to the exporter: written by the loops, taken as one batch, bounded in bytes. What does not fit is dropped and
/// counted.
public final class SpanQueue: Sendable {
    private struct State: Sendable {
        var text: [UInt8] = []
        var count = 0
    }

    private let state = Lock(State())
    private let registry: Registry

    /// Makes an empty queue; `registry` counts what is dropped.
    public init(registry: Registry) { self.registry = registry }

    /// Takes in spans that are separated by commas.
    public func append(_ spans: Span<UInt8>, count: Int) {
        let fits: Bool = state.withLock { state in
            guard state.text.count + spans.count < Limits.spanQueueBytesMax else { return false }
            if !state.text.isEmpty { state.text.append(UInt8(ascii: ",")) }
            spans.withUnsafeBufferPointer { state.text.append(contentsOf: $0) }
            state.count += count
            return true
        }
        if !fits { registry.add(.spansDropped, count) }
    }

    /// Everything that waits, as the body of an OTLP request, and how many spans there are; nil when there is none.
    public func take() -> (body: [UInt8], count: Int)? {
        let taken: State = state.withLock { state in
            defer { state = State() }
            return state
        }
        if taken.count == 0 { return nil }
        var out = ByteBuffer(capacity: taken.text.count + 512)
        out.append("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"louver\"}},")
        out.append("{\"key\":\"service.version\",\"value\":{\"stringValue\":\"")
        out.append(Product.version)
        out.append("\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"louver\"},\"spans\":[")
        out.append(taken.text)
        out.append("]}]}]}")
        return (out.takeAll(), taken.count)
    }
}
