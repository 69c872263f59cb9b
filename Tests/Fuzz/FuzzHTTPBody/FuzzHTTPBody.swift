import Core
import FuzzSupport
import HTTP

/// Chunked bodies and compressed content are decoded whole and in pieces; bounds must hold and cuts must not matter.
@main struct FuzzHTTPBody {
    static func main() {
        FuzzDriver("FuzzHTTPBody", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        let whole = unchunked([input.bytes], atMost: .max)
        FuzzInput.require(unchunked(input.pieces(), atMost: 3) == whole, "a cut changes a chunked body")
        FuzzInput.require(whole.content.count <= input.bytes.count, "a body grew")
        for coding in ["gzip", "deflate", "identity"] {
            let whole = decoded([input.bytes], coding, atMost: 1 << 20)
            FuzzInput.require(decoded(input.pieces(), coding, atMost: 1 << 20) == whole, "a cut changes \(coding) content")
            let ceiling = Limits.inflateGraceBytes + input.bytes.count * Limits.inflateRatioMax + (1 << 20)
            FuzzInput.require(whole.content.count <= ceiling, "\(coding) content is past its bound")
        }
    }

    private struct Outcome: Equatable {
        var content: [UInt8] = []
        var rest: [UInt8] = []
        var isComplete = false
        var failure: HTTPFailure?
    }

    nonisolated private static func unchunked(_ pieces: [[UInt8]], atMost: Int) -> Outcome {
        var decoder = BodyDecoder(.chunked)
        var held = ByteBuffer()
        var out = ByteBuffer()
        var outcome = Outcome()
        do throws(HTTPFailure) {
            for piece in pieces {
                held.append(piece)
                var before = (-1, -1)
                while !decoder.isComplete, before != (held.readableCount, out.readableCount) {
                    before = (held.readableCount, out.readableCount)
                    _ = try decoder.decode(&held, into: &out, atMost: atMost)
                }
            }
            if !decoder.isComplete { try decoder.endOfStream() }
        } catch {
            outcome.failure = error
        }
        outcome.content = out.copy()
        outcome.isComplete = decoder.isComplete
        if decoder.isComplete { outcome.rest = held.copy() }
        return outcome
    }

    nonisolated private static func decoded(_ pieces: [[UInt8]], _ coding: String, atMost: Int) -> Outcome {
        let name = [UInt8](coding.utf8)
        guard var decoder = ContentDecoder(encoding: name.span) else { fatalError("\(coding) is not known") }
        var held = ByteBuffer()
        var out = ByteBuffer()
        var outcome = Outcome()
        do throws(HTTPFailure) {
            for piece in pieces {
                held.append(piece)
                var before = (-1, -1)
                while before != (held.readableCount, out.readableCount) {
                    before = (held.readableCount, out.readableCount)
                    _ = try decoder.decode(&held, into: &out, atMost: atMost)
                }
            }
            try decoder.finish()
            outcome.isComplete = true
        } catch {
            outcome.failure = error
        }
        // How much comes out before a failure depends on the cuts; what is delivered after one does not exist.
        if outcome.isComplete { outcome.content = out.copy() }
        return outcome
    }
}
