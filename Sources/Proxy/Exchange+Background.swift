import Configuration
import Core
import Identity
import MCP
import Reactor
import Redaction
import Telemetry

extension Exchange {
    /// Reads what is left of a reply whose answer is delivered, so that its connection can be used again; the client does not wait for it.
    func drainInBackground(_ reply: any UpstreamReply) {
        self.reply = nil
        if reply.isRead { return reply.finish() }
        let loop = connection.loop
        reply.detach(deadline: loop.now + .seconds(1))
        LocalTask.run(on: loop) {
            while let step = try? await reply.next(wake: .never), step != .end {}
            reply.finish()
        }
    }

    /// Sends the answer to a request of the upstream that its client will never see, so that the upstream does not wait for it.
    func answerServer(_ answer: [UInt8]) {
        post { $0.append(answer) }
    }

    /// Tells the upstream that nobody waits for an answer any more: on a session the end of a connection does not (2025-11-25
    /// basic/utilities/cancellation).
    func cancelUpstream() {
        guard let forwarding, let id = forwarding.id, forwarding.message.session != nil, forwarding.message.inbound?.requestID != nil else {
            return
        }
        post { UpstreamRequest.writeCancellation(of: id, reason: "deadline", into: &$0) }
    }

    /// Sends a message of Louver's own on the session of this exchange, without waiting for what comes of it.
    private func post(_ write: (inout ByteBuffer) -> Void) {
        guard let forwarding else { return }
        let request = OutboundRequest()
        let session = forwarding.message.session
        UpstreamFields.writeSessionPost(
            session: session?.upstreamID ?? [], version: session?.version ?? forwarding.message.inbound?.version ?? .march2025,
            into: &request.fields)
        request.authorize(forwarding.credential.authorization)
        write(&request.body)
        request.deadline = connection.loop.now + .seconds(10)
        let upstream = forwarding.route.upstream
        LocalTask.run(on: connection.loop) {
            guard let reply = try? await upstream.send(request) else { return }
            _ = try? await reply.whole(atMost: Limits.heldReplyBytesMax)
            reply.finish()
        }
    }

    /// Adds what was removed from a reply and mended in it to the record and the metrics.
    func count(_ scrubbing: Scrubbing) {
        if scrubbing.rewriter.repairs > 0 { worker.shard.add(.replyRepairs, scrubbing.rewriter.repairs) }
        if scrubbing.scrubber.isUntouched { return }
        let report = scrubbing.scrubber.report
        record.redactions += report.total + report.numbers
        record.allowed += report.allowedTotal
        if worker.audit != nil {
            record.removed += report.told.map { ($0.kind, $0.count) }
            record.passed += report.allowed.map { ($0.kind, $0.count) }
        }
        worker.count(report)
        guard let learned = caller?.learned else { return }
        let lesson = scrubbing.scrubber.teach(
            learned, now: connection.loop.now, lifetime: site.learning.lifetime, max: site.learning.values)
        if lesson.lost > 0 { worker.shard.add(.boundHits, "learned_values", lesson.lost) }
        if lesson.fresh == 0 { return }
        worker.shard.add(.secretsLearned, lesson.fresh)
        if !learned.isLocked { worker.noteUnlocked(lesson.fresh) }
    }
}
