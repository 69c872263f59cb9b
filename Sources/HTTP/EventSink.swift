/// What a stream of server-sent events is told to; every span is only valid in its call.
public protocol EventSink: ~Copyable {
    /// A piece of the data of the current event. Its `data` lines are joined by LF; an event with one empty line has no piece.
    mutating func eventBytes(_ data: Span<UInt8>)

    /// The event is complete: its blank line has come.
    ///
    /// `type` is the `event` field, empty for `message`. `hasData` is false when there was no `data` line at all: browsers drop such an
    /// event, and it is told only for the `id` or `retry` that it carries. `retry` is in milliseconds.
    mutating func eventEnd(type: Span<UInt8>, hasData: Bool, hasID: Bool, retry: Int?)

    /// A comment line, such as a keep-alive.
    mutating func comment()
}
