import Core
import JSON

/// Where the tokens of one upstream message become the message for the client: ids restored, protocol values checked, free text handed to
/// the scrubber, `result._meta` held to be written last. Everything else keeps its order and white space.
struct ReplySink: ~Copyable {
    /// One open object or array.
    struct Level {
        let shape: ReplyShape
        let isObject: Bool
    }

    private(set) var expectation: ReplyExpectation
    let scrubber: any ValueScrubber
    let counts: (inout ByteBuffer) -> Void
    /// Whether the scrubber is told of the structure around what it scrubs.
    let followsPath: Bool
    /// What the envelope has shown so far.
    var envelope: ReplyEnvelope
    /// Why the message was refused, once it was.
    private(set) var failure: ReplyFailure?
    /// Whether the last token of the message has come.
    var isEnded = false

    /// The output; while a `_meta` is held, the held bytes, with the output in `spare`.
    var out = ByteBuffer()
    var spare = ByteBuffer()
    var isHolding = false
    var heldDepth = 0
    var hasHeld = false
    var mutesColon = false

    var levels: [Level] = []
    /// Whether members were written to the memberwise objects at depth 1, 2 and 3.
    var wroteMember: (Bool, Bool, Bool) = (false, false, false)
    /// White space behind a comma that is not written yet.
    var gap = ByteBuffer()
    var isInGap = false
    /// The shape of the value behind the last key.
    var slot = ReplyShape.envelope
    var stringShape = ReplyShape.free
    var captured: [UInt8] = []
    var form = FormJudge()
    /// The task that a call has become.
    var madeTask: TaskSeal.Task?
    /// Above this depth nothing is written, until the value that was skipped ends.
    var mutedDepth: Int?

    init(_ expectation: ReplyExpectation, scrubber: any ValueScrubber, counts: @escaping (inout ByteBuffer) -> Void) {
        self.expectation = expectation
        self.scrubber = scrubber
        self.counts = counts
        followsPath = scrubber.followsPath
        envelope = ReplyEnvelope(expectation)
        levels.reserveCapacity(16)
        captured.reserveCapacity(64)
    }

    /// Starts the next message and keeps the memory of the last.
    mutating func begin(_ expectation: ReplyExpectation) {
        self.expectation = expectation
        envelope = ReplyEnvelope(expectation)
        failure = nil
        isEnded = false
        out.clear()
        out.shrink(keep: Limits.readChunkBytes)
        spare.clear()
        spare.shrink(keep: Limits.readChunkBytes)
        gap.clear()
        isHolding = false
        hasHeld = false
        mutesColon = false
        isInGap = false
        mutedDepth = nil
        madeTask = nil
        form.reset()
        levels.removeAll(keepingCapacity: true)
    }

    /// Runs `body` over what may go out.
    mutating func withOutput<R>(_ body: (inout ByteBuffer) -> R) -> R {
        isHolding ? body(&spare) : body(&out)
    }

    /// Refuses the message.
    mutating func fail(_ failure: ReplyFailure) throws(JSONFailure) -> Never {
        self.failure = failure
        throw JSONFailure(reason: .refused, offset: 0)
    }

    /// Takes note of a failure that the envelope found.
    mutating func check(_ found: ReplyFailure?) throws(JSONFailure) {
        if let found { try fail(found) }
    }

    /// What must hold after every piece: bounds, and that the scrubber did not find what must not be seen.
    mutating func checkBounds() throws(ReplyFailure) {
        if scrubber.mustWithhold { throw ReplyFailure("reply_withheld", .withheld) }
        if isHolding, out.readableCount > Limits.heldMetaBytesMax { throw ReplyFailure("reply_meta_size") }
        if envelope.kind == .call, out.readableCount > Limits.heldReplyBytesMax { throw ReplyFailure("notification_size") }
    }
}
