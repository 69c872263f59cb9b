import Core
import JSON

/// Rewrites one JSON-RPC message of the upstream for the client while it streams by, in constant memory: checks the envelope, restores the
/// client's id, scrubs free text, holds `result._meta` (at most `Limits.heldMetaBytesMax`) and writes it last with Louver's counts.
///
/// Bytes in by `push`, bytes out by `takeOutput`; nothing may go to the client before `isEnvelopeVerified`, unless the reply is longer than
/// what may be held. A rewriter serves one message after the other: `begin` starts the next and keeps the memory.
public final class ReplyRewriter {
    private var tokenizer = JSONTokenizer()
    private var sink: ReplySink

    /// Starts with a first message.
    ///
    /// - Parameter counts: writes the members of `_meta` that tell what the scrubber did so far, keys included and without braces,
    ///   or nothing; asked once, when the result ends.
    public init(_ expectation: ReplyExpectation, scrubber: any ValueScrubber, counts: @escaping (inout ByteBuffer) -> Void = { _ in }) {
        sink = ReplySink(expectation, scrubber: scrubber, counts: counts)
    }

    /// Starts the next message, for the same scrubber; what is left of the last one's output is dropped.
    public func begin(_ expectation: ReplyExpectation) {
        tokenizer.reset()
        sink.begin(expectation)
    }

    /// Takes the next bytes of the message. After a failure nothing more of this message may go to the client.
    public func push(_ chunk: Span<UInt8>) throws(ReplyFailure) {
        do {
            try tokenizer.push(chunk, to: &sink)
        } catch {
            throw failure(error)
        }
        try sink.checkBounds()
    }

    /// Ends the message and says what to do with it.
    public func finish() throws(ReplyFailure) -> ReplyVerdict {
        do {
            try tokenizer.finish(&sink)
        } catch {
            throw failure(error)
        }
        try sink.checkBounds()
        return sink.envelope.verdict()
    }

    /// What the message is, as soon as that is known.
    public var kind: ReplyKind { sink.envelope.kind }

    /// Whether its version and id are verified and it is an answer: from here on its bytes may go out.
    public var isEnvelopeVerified: Bool { sink.envelope.isVerified }

    /// Whether its last byte has come.
    public var isComplete: Bool { sink.isEnded }

    /// The task that the call has become; nil for an answer of its own.
    public var madeTask: TaskSeal.Task? { sink.madeTask }

    /// How many sequences of broken text were replaced by U+FFFD.
    public var repairs: Int { tokenizer.repairs }

    /// The bytes that can be taken.
    public var outputCount: Int { sink.withOutput { $0.readableCount } }

    /// Moves all output so far to the end of `out`.
    public func takeOutput(into out: inout ByteBuffer) {
        sink.withOutput { out.take(&$0) }
    }

    /// Drops all output so far.
    public func dropOutput() { sink.withOutput { $0.clear() } }

    /// The sink's own reason where it has one; otherwise the text was no JSON or beyond a bound.
    private func failure(_ error: JSONFailure) -> ReplyFailure {
        if let known = sink.failure { return known }
        return error.reason == .truncated ? ReplyFailure("reply_truncated") : ReplyFailure("reply_json")
    }
}
