import Core
import MCP
import Telemetry

extension Exchange {
    /// Counts the exchange and writes its access line.
    func writeRecord() {
        let finished = Instant.now()
        record.finish(finished)
        let took = finished.nanoseconds(since: record.started)
        let shard = worker.shard
        counters.count(record.methodClass, record.outcome)
        let isKnown = record.methodClass == .call && counters.countCall(record.target, record.outcome)
        if record.isTimed {
            for phase in Phase.allCases where record.times[phase] > 0 { shard.observe(.phase(phase), nanoseconds: record.times[phase]) }
        }
        shard.observe(.exchange, nanoseconds: took)
        shard.add(.clientBytesIn, record.bytesIn)
        shard.add(.clientBytesOut, record.bytesOut)
        if record.upstreamNanoseconds > 0 { shard.observe(.upstream, nanoseconds: record.upstreamNanoseconds) }
        switch record.outcome {
        case .refused, .unauthenticated, .denied, .limited: shard.add(.refusals, record.reason)
        case .upstreamFailed, .withheld: shard.add(.upstreamFailures, record.reason)
        case .failed: shard.add(.failures, record.reason)
        default: break
        }
        guard worker.writesAccess || worker.audit != nil || trace?.isSampled == true else { return }
        // As it is where the upstream has named it, else scrubbed.
        let scrubbed: [UInt8]? = isKnown || record.isTargetClean(by: site.names) ? nil : site.names.shown(record.target)
        let time = worker.wallTime
        if let trace { writeSpans(trace, of: scrubbed ?? record.target, took: took, at: time) }
        record.id = worker.upstreamIDs.next().serial
        worker.tell { words in
            record.writeWords(ofScrubbed: scrubbed, trace, into: &words)
            if let audit = worker.audit { writeAudit(audit, words.readable, took: took, at: time) }
            guard worker.writesAccess else { return }
            let peer = record.principal.isEmpty ? connection.peerText : []
            record.writeAccess(to: worker.access, took: took, at: time, peer: peer, words: words.readable)
        }
    }
}

extension Method {
    /// The class metrics count it under.
    var metricClass: MethodClass {
        switch self {
        case .toolsCall: .call
        case .initialize: .initialize
        case .discover: .discover
        case .toolsList, .promptsList, .resourcesList, .resourceTemplatesList: .list
        case .resourcesRead: .read
        case .promptsGet: .prompt
        case .complete: .complete
        case .ping: .ping
        case .listen: .stream
        default: role == .clientNotification ? .notification : .other
        }
    }
}
