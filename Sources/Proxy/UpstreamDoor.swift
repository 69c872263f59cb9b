import Core
import Reactor

/// A way to an MCP server. HTTP is the first; a stdio child or a tool of Louver's own stands behind the same door.
protocol UpstreamDoor: AnyObject {
    /// Sends one permitted message and answers with its reply once the reply's head is known.
    ///
    /// Throws `Failure`. After a byte of the request was sent nothing is tried again, except what `OutboundRequest.isRepeatable` allows.
    func send(_ request: OutboundRequest) async throws -> any UpstreamReply
}

/// One message on its way to the upstream: built from what was decided, never from the client's bytes.
final class OutboundRequest {
    /// What is asked of the transport.
    enum Verb { case post, listen, endSession }

    var verb = Verb.post
    /// Header lines beyond those the transport writes itself, each ended by CRLF.
    var fields = ByteBuffer()
    /// The JSON-RPC message; empty for `listen` and `endSession`.
    var body = ByteBuffer()
    /// Whether a reused connection that was reset before any reply byte may be replaced once: only for what changes nothing.
    var isRepeatable = false
    /// Whether it is of interest how long the reply is fresh.
    var asksFreshness = false
    /// When the whole exchange must be over. May be moved earlier while it runs.
    var deadline = Instant.never {
        didSet {
            if let stream, stream.deadline > deadline { stream.deadline = deadline }
            if let wait, wait.deadline > deadline { wait.deadline = deadline }
        }
    }
    /// What the client hears from while the reply's head does not come.
    var lane: StreamedLane?
    /// The socket that carries it now.
    var stream: Stream?
    /// What it waits for before it has a socket.
    private var wait: Wait?
    private var cancellation: Failure?

    /// Whether it asks for a stream that lives on.
    var isEndless: Bool { deadline == .never }

    /// Whether somebody works on it.
    var isUnderWay: Bool { stream != nil || wait != nil }

    /// Whether it was ended before its reply came.
    var isCancelled: Bool { cancellation != nil }

    /// Makes it ready for another message, keeping its memory.
    func reset() {
        stream = nil
        lane = nil
        cancellation = nil
        verb = .post
        fields.clear()
        body.clear()
        isRepeatable = false
        asksFreshness = false
        deadline = .never
    }

    /// Appends the Authorization field; nothing where none is sent.
    func authorize(_ credential: [UInt8]?) {
        guard let credential else { return }
        fields.append("Authorization: ")
        fields.append(credential)
        fields.append("\r\n")
    }

    /// Gives the memory of a message that was sent back.
    func rest() {
        fields.clear()
        fields.shrink(keep: 0)
        body.clear()
        body.shrink(keep: 0)
    }

    /// Ends it wherever it is: what waits for the upstream fails at once, and the connection is closed.
    func cancel(_ failure: Failure) {
        cancellation = failure
        wait?.fail(failure)
        stream?.fail(failure)
    }

    /// Fails once it was cancelled.
    func checkCancellation() throws {
        if let cancellation { throw cancellation }
    }

    /// Binds it to the socket that carries it, or shall carry it once it is connected, unless it was cancelled.
    func ride(_ stream: Stream) throws {
        try checkCancellation()
        self.stream = stream
    }

    /// Waits, so that a cancellation or a deadline moved earlier ends the wait too.
    func hold(_ wait: Wait) async throws {
        try checkCancellation()
        self.wait = wait
        defer { self.wait = nil }
        try await wait.end()
    }
}

/// The reply to one message: a stream of JSON-RPC messages, whatever they came in.
protocol UpstreamReply: AnyObject {
    /// The HTTP status, or what corresponds to it.
    var status: Int { get }
    /// What the body is.
    var form: ReplyForm { get }
    /// The session the upstream opened or confirmed.
    var sessionID: [UInt8]? { get }
    /// Seconds the upstream asked to wait, from `Retry-After`.
    var retryAfter: Int? { get }
    /// How long it is fresh by `Cache-Control`, in seconds, where that was asked; nil where it does not say.
    var maxAge: Int? { get }
    /// The bytes of the last piece.
    var piece: ReplyPiece { get }

    /// Waits for the next piece, at most until `wake`.
    func next(wake: Instant) async throws -> ReplyStep

    /// Whether the reply was read to its end.
    var isRead: Bool { get }

    /// Gives up memory that is not needed while nothing comes, the last piece with it.
    func rest()

    /// Lets the rest of the reply be read when its exchange is over, under a deadline of its own.
    func detach(deadline: Instant)

    /// Gives the way back: for another message when the reply was read to its end, else closed.
    func finish()
}

/// What a reply's body is.
enum ReplyForm {
    /// One JSON-RPC message.
    case message
    /// Server-sent events, one message each.
    case events
    /// Nothing, such as for an accepted notification.
    case empty
    /// Something Louver does not relay: a web page, plain text.
    case foreign
}

/// What waiting for a reply gave.
enum ReplyStep {
    /// `piece` holds bytes.
    case bytes
    /// The wake time passed with nothing new.
    case idle
    /// The reply is complete.
    case end
}

/// Some bytes of a reply's messages, with the places where messages end.
final class ReplyPiece {
    /// Message text; several messages may follow each other.
    var bytes = ByteBuffer()
    /// Where messages are complete, ascending.
    var ends: [End] = []

    /// The end of a message inside a piece.
    struct End {
        /// The offset into `bytes` of the first byte behind the message.
        let offset: Int
        /// False for an event of another type, which carries no MCP message and is dropped.
        let isMessage: Bool
    }

    func clear() {
        bytes.clear()
        ends.removeAll(keepingCapacity: true)
    }
}
