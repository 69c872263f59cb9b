import Core
import FuzzSupport
import HTTP

/// A stream of events is read whole, in pieces, and by a plain model of the WHATWG rules; all three must tell the same.
@main struct FuzzEventStream {
    static func main() {
        FuzzDriver("FuzzEventStream", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        let whole = read([input.bytes])
        FuzzInput.require(read(input.pieces()) == whole, "a cut changes the events")
        FuzzInput.require(read(input.bytes.map { [$0] }) == whole, "a cut at every byte changes the events")
        if let events = whole { FuzzInput.require(events == EventModel.events(of: input.bytes), "the events are not the model's") }
        checkWriting(input.bytes)
    }

    nonisolated private static func read(_ pieces: [[UInt8]]) -> [EventModel.Event]? {
        var reader = EventStreamReader()
        var sink = EventRecorder()
        do throws(HTTPFailure) {
            for piece in pieces { try reader.push(piece.span, to: &sink) }
        } catch {
            return nil
        }
        return sink.events
    }

    /// Whatever is written as a message is read as one message.
    nonisolated private static func checkWriting(_ bytes: [UInt8]) {
        var out = ByteBuffer()
        EventStreamWriter.appendMessage(bytes.span, into: &out)
        let events = read([out.copy()])
        FuzzInput.require(events?.count == 1, "one message became several")
        let expected = bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        FuzzInput.require(events?.first?.data == expected, "a message changed on its way")
    }
}

/// Writes down the events of a reader.
struct EventRecorder: EventSink {
    private(set) var events: [EventModel.Event] = []
    private var bytes: [UInt8] = []

    mutating func eventBytes(_ data: Span<UInt8>) {
        data.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    mutating func eventEnd(type: Span<UInt8>, hasData: Bool, hasID: Bool, retry: Int?) {
        let type = type.withUnsafeBufferPointer { [UInt8]($0) }
        events.append(EventModel.Event(type: type, data: hasData ? bytes : nil, hasID: hasID, retry: retry))
        FuzzInput.require(hasData || bytes.isEmpty, "an event without data has some")
        bytes = []
    }

    mutating func comment() {
        events.append(EventModel.Event(type: [], data: nil, hasID: false, retry: nil, isComment: true))
    }
}
