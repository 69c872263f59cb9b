/// A handle, good on any thread, to a value that lives on one loop and is only ever touched there.
public final class LoopBound<Value>: @unchecked Sendable {
    /// The loop the value lives on.
    public let loop: EventLoop
    private var value: Value?

    /// Makes the value on the loop, before anything submitted later runs.
    public init(_ loop: EventLoop, _ make: @escaping @Sendable (EventLoop) -> Value) {
        self.loop = loop
        loop.submit { self.value = make(loop) }
    }

    /// Runs `body` with the value, on its loop.
    public func submit(_ body: @escaping @Sendable (Value) -> Void) {
        loop.submit { if let value = self.value { body(value) } }
    }
}
