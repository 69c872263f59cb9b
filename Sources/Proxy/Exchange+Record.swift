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
        if record.methodClass == .call { counters.countCall(record.target, record.outcome) }
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
        if let trace { writeSpans(trace, took: took) }
        guard worker.writesAccess || worker.audit != nil else { return }
        record.id = worker.upstreamIDs.next().serial
        if let audit = worker.audit { writeAudit(audit, took: took) }
        if worker.writesAccess {
            var line = record.accessLine(took: took, at: worker.wallTime)
            line.object = shownTarget
            if let trace { line.trace = trace.traceID }
            if record.principal.isEmpty { line.peer = connection.peerText }
            worker.write(line)
        }
    }
}

extension Exchange {
    /// What was asked for by name, as logs may show it: as it is where the upstream has named it, else scrubbed.
    var shownTarget: [UInt8] { counters.knows(record.target) ? record.target : site.names.shown(record.target) }
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
