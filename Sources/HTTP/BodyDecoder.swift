import Core

/// Takes the body of one message out of the bytes of its connection, in pieces of whatever size the reader has room for.
public struct BodyDecoder: ~Copyable {
    /// Whose message it is: a fault of the upstream is answered with 502.
    public enum Sender: Sendable {
        /// A request body.
        case client
        /// A response body.
        case upstream
    }

    private let framing: BodyFraming
    private let sender: Sender
    private var remaining: Int
    private var chunks = ChunkedDecoder()

    /// Whether the whole body has been taken; the next byte of the connection belongs to the next message.
    public private(set) var isComplete: Bool

    /// Makes a decoder for one body.
    public init(_ framing: BodyFraming, from sender: Sender = .client) {
        self.framing = framing
        self.sender = sender
        if case .length(let count) = framing { remaining = count } else { remaining = 0 }
        isComplete = framing == .none || framing == .length(0)
    }

    /// Moves body bytes from `input` to `out`, at most `atMost` of them, and answers whether the body is complete. Framing bytes are
    /// consumed and dropped, trailers among them. With an answer of false either `input` is used up or `atMost` was reached.
    public mutating func decode(_ input: inout ByteBuffer, into out: inout ByteBuffer, atMost: Int) throws(HTTPFailure) -> Bool {
        if isComplete { return true }
        switch framing {
        case .none:
            isComplete = true
        case .length:
            remaining -= Self.move(&input, into: &out, atMost: min(atMost, remaining))
            isComplete = remaining == 0
        case .untilClose:
            _ = Self.move(&input, into: &out, atMost: atMost)
        case .chunked:
            do throws(HTTPFailure) {
                let used = try input.withReadable { (bytes) throws(HTTPFailure) in try chunks.decode(bytes, into: &out, atMost: atMost) }
                input.consume(used)
            } catch {
                throw sender == .upstream ? error.fromUpstream : error
            }
            isComplete = chunks.isComplete
        }
        return isComplete
    }

    /// Says that the peer has closed. That completes a body framed by the close; any other one that is not complete is truncated.
    public mutating func endOfStream() throws(HTTPFailure) {
        if framing == .untilClose { isComplete = true }
        if isComplete { return }
        throw sender == .upstream ? HTTPFailure.truncatedBody.fromUpstream : .truncatedBody
    }

    private static func move(_ input: inout ByteBuffer, into out: inout ByteBuffer, atMost: Int) -> Int {
        let count = min(input.readableCount, atMost)
        if count == input.readableCount {
            out.take(&input)
        } else {
            input.withReadable { out.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            input.consume(count)
        }
        return count
    }
}
