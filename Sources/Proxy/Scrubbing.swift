import Core
import MCP
import Redaction

/// What one reply message is rewritten with: the protocol's rewriter and the scrubber it hands free text to. Kept by the loop from message
/// to message, because both hold windows and matchers that are costly to make.
final class Scrubbing {
    let scrubber: ReplyScrubber
    let rewriter: ReplyRewriter
    /// The configuration it was made for.
    unowned let site: Site

    /// What its scrubber was made with.
    let engine: RedactionEngine

    init(_ expectation: ReplyExpectation, _ site: Site, _ engine: RedactionEngine) {
        let scrubber = ReplyScrubber(engine)
        self.engine = engine
        self.scrubber = scrubber
        self.site = site
        rewriter = ReplyRewriter(expectation, scrubber: scrubber) { out in Self.writeCounts(scrubber, &out) }
    }

    /// Starts the next message.
    func begin(_ expectation: ReplyExpectation) {
        scrubber.reset()
        rewriter.begin(expectation)
    }

    private static func writeCounts(_ scrubber: ReplyScrubber, _ out: inout ByteBuffer) {
        if !scrubber.isUntouched { scrubber.report.writeMembers(into: &out) }
    }
}
