import Core
import FuzzSupport
import JSON

/// A text is read by the document and by the tokenizer, whole and in pieces; they must agree, and what is written must read the same.
@main struct FuzzJSON {
    static func main() {
        FuzzDriver("FuzzJSON", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        for dialect in [JSONDialect.request, .reply] {
            let document = try? JSONDocument.parse(input.bytes, dialect: dialect)
            let whole = tokenized([input.bytes], dialect)
            let pieces = tokenized(input.pieces(), dialect)
            FuzzInput.require(whole == pieces, "a cut changes what the tokenizer says")
            FuzzInput.require((document == nil) == (whole.failure != nil), "the document and the tokenizer disagree")
            guard let document else { continue }
            FuzzInput.require(document.repairs == whole.repairs, "repairs are counted differently")
            checkWriting(document)
            walk(document.root)
        }
    }

    nonisolated private static func checkWriting(_ document: JSONDocument) {
        var first = ByteBuffer()
        document.root.write(into: &first)
        guard let again = try? JSONDocument.parse(first.copy()) else { fatalError("what was written is refused") }
        var second = ByteBuffer()
        again.root.write(into: &second)
        FuzzInput.require(first.copy() == second.copy(), "writing again changes the text")
    }

    nonisolated private static func walk(_ node: JSONNode) {
        _ = node.int64
        _ = node.string
        node.forEachElement { walk($0) }
        node.forEachMember { key, value in
            FuzzInput.require(node.member(key)?.kind == value.kind, "a member is not found by its key")
            walk(value)
        }
    }

    private struct Outcome: Equatable {
        var text: [UInt8] = []
        var failure: JSONFailure?
        var repairs = 0
    }

    nonisolated private static func tokenized(_ pieces: [[UInt8]], _ dialect: JSONDialect) -> Outcome {
        var tokenizer = JSONTokenizer(dialect: dialect)
        var sink = TextSink()
        var outcome = Outcome()
        do throws(JSONFailure) {
            for piece in pieces { try tokenizer.push(piece.span, to: &sink) }
            try tokenizer.finish(&sink)
        } catch {
            outcome.failure = error
        }
        outcome.text = sink.text
        outcome.repairs = tokenizer.repairs
        return outcome
    }
}
