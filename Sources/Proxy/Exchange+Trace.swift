import Core
import HTTP
import JSON
import MCP
import Telemetry

extension Exchange {
    /// Goes on with the caller's trace, or begins one. The header counts before `_meta`, which is known only later.
    func beginTrace() {
        guard let percent = site.tracePercent else { return }
        trace = head.fields.withValue(.traceparent) { worker.continueTrace($0) } ?? nil
        if trace == nil { trace = worker.beginTrace(percent: percent) } else { isTraceGiven = true }
    }

    /// A trace named in `_meta` of the message counts where no header named one (2026-07-28 basic/index).
    func adoptTrace(of inbound: Inbound) {
        guard trace != nil, !isTraceGiven, let value = inbound.meta?["traceparent"],
            let given = value.withString({ worker.continueTrace($0) }) ?? nil
        else { return }
        trace = given
    }

    /// Writes the header lines that carry the trace upstream.
    func writeTrace(into out: inout ByteBuffer) {
        guard let trace else { return }
        out.append("traceparent: ")
        out.append(trace.traceparent)
        out.append("\r\n")
        guard isTraceGiven, let state = head.fields.value(.tracestate), state.count <= Limits.tracestateBytesMax,
            state.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { return }
        out.append("tracestate: ")
        out.append(state)
        out.append("\r\n")
    }

    /// Hands over the spans of an exchange that is over.
    func writeSpans(_ trace: TraceContext, of target: [UInt8], took: UInt64, at time: WallTime) {
        guard trace.isSampled else { return }
        let end = time.nanoseconds
        var span = TraceSpan(trace, name: spanName)
        span.begin = end - Int64(clamping: took)
        span.end = end
        span.isFailed = record.outcome == .failed || record.outcome == .upstreamFailed || record.outcome == .withheld
        span.texts = [
            ("louver.route", endpoint?.nameBytes ?? []), ("mcp.method.name", record.method.withUTF8Buffer { [UInt8]($0) }),
            ("gen_ai.tool.name", target), ("louver.outcome", record.outcome.label.withUTF8Buffer { [UInt8]($0) }),
            ("louver.rule", record.rule), ("louver.reason", record.reason.withUTF8Buffer { [UInt8]($0) }),
        ]
        span.numbers = [("http.response.status_code", record.status), ("louver.redactions", record.redactions)]
        worker.append(span)
        guard record.upstreamNanoseconds > 0 else { return }
        var call = TraceSpan(trace, upstream: worker.nextSpan(), name: Array("upstream".utf8))
        let began = Int64(clamping: upstreamBegan.nanoseconds(since: record.started))
        call.begin = span.begin + began
        call.end = min(end, call.begin + Int64(clamping: record.upstreamNanoseconds))
        call.isFailed = record.outcome == .upstreamFailed
        call.texts = [("louver.upstream", endpoint?.upstreamName ?? [])]
        call.numbers = [("http.response.status_code", record.upstreamStatus)]
        worker.append(call)
    }

    private var spanName: [UInt8] {
        record.method.utf8CodeUnitCount == 0 ? Array("request".utf8) : record.method.withUTF8Buffer { [UInt8]($0) }
    }
}
