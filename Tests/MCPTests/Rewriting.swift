import Core
import JSON

@testable import MCP

/// One upstream message through a rewriter, as a test sees it.
struct Rewriting {
    let output: String
    let verdict: ReplyVerdict?
    let failure: ReplyFailure?
    let scrubber: FakeScrubber

    /// Runs a message through a rewriter in pieces.
    init(
        _ message: String, answering post: Post = Sample.call(), features: ClientFeatures = [], pieces: [[UInt8]]? = nil,
        tolerant: Bool = false
    ) throws {
        let inbound = try post.classify()
        let input = features.isEmpty ? nil : Sample.seal.input(inbound, arguments: [1], principal: [1], route: [2])
        let expectation = ReplyExpectation(
            to: inbound, id: Sample.upstreamID, features: features, input: input, toleratesForeignErrorID: tolerant)
        self.init(message, expectation, pieces: pieces)
    }

    init(_ message: String, _ expectation: ReplyExpectation, pieces: [[UInt8]]? = nil) {
        let scrubber = FakeScrubber()
        let rewriter = ReplyRewriter(expectation, scrubber: scrubber) { out in
            guard scrubber.removed > 0 else { return }
            out.append("\"io.louver/redactions\":{\"leak\":")
            out.append(decimal: scrubber.removed)
            out.append("}")
        }
        var out = ByteBuffer()
        self.scrubber = scrubber
        do throws(ReplyFailure) {
            for piece in pieces ?? [[UInt8](message.utf8)] {
                try rewriter.push(piece.span)
                rewriter.takeOutput(into: &out)
            }
            verdict = try rewriter.finish()
            failure = nil
        } catch {
            verdict = nil
            failure = error
        }
        rewriter.takeOutput(into: &out)
        output = String(decoding: out.takeAll(), as: UTF8.self)
    }

    /// The message with the upstream's form of id 1.
    static func result(_ members: String) -> String { #"{"jsonrpc":"2.0","id":"\#(Sample.upstreamText)","result":{\#(members)}}"# }

    static func notification(_ method: String, _ members: String) -> String {
        #"{"jsonrpc":"2.0","method":"\#(method)","params":{\#(members)}}"#
    }
}
