import Core
import MCP
import Telemetry

extension Exchange {
    /// Counts the exchange and writes its access line.
    func write(_ record: ExchangeRecord) {
        let took = Instant.now().nanoseconds(since: record.started)
        let shard = worker.shard
        shard.add(.exchanges(record.methodClass, record.outcome))
        shard.observe(.exchange, nanoseconds: took)
        shard.add(.clientBytesIn, record.bytesIn)
        shard.add(.clientBytesOut, record.bytesOut)
        if record.upstreamNanoseconds > 0 { shard.observe(.upstream, nanoseconds: record.upstreamNanoseconds) }
        switch record.outcome {
        case .refused, .unauthenticated, .denied, .limited: shard.add(.refusals, record.reason)
        case .upstreamFailed, .withheld: shard.add(.upstreamFailures, record.reason)
        default: break
        }
        worker.write(record.accessLine(id: worker.upstreamIDs.next().serial, took: took, at: worker.wallTime))
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
