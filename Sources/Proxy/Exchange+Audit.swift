import Audit
import Configuration
import Core
import JSON
import MCP
import Policy
import Telemetry

extension Exchange {
    /// Refuses a call whose audit line would find no room, where the operator wants no call without one.
    func requireAudit() throws {
        guard let audit = worker.audit, site.auditDenies, audit.trail.isFull else { return }
        throw Refusal.busy("audit_full")
    }

    /// Writes the audit line of an exchange that was meant for an endpoint.
    func writeAudit(_ audit: AuditOutlet, took: UInt64) {
        guard let endpoint, !record.reason.spells("audit_full") else { return }
        var line = AuditRecord(time: worker.wallTime)
        line.id = record.id
        line.decision = decision
        line.outcome = record.outcome
        if let caller {
            line.principal = caller.auditName(audit.trail.names, isPseudonym: site.audit?.isPseudonymous ?? false)
        } else {
            line.peer = connection.peerText
        }
        line.route = endpoint.nameBytes
        line.policy = endpoint.policyName
        line.policyHash = endpoint.policy.hash
        line.rule = record.rule
        line.shadows = record.shadows
        line.reason = record.reason
        line.era = record.era
        line.method = record.method
        line.kind = objectKind
        line.object = shownTarget
        tellArguments(audit, &line)
        line.bucket = record.bucket
        if record.isStoreLost { line.limitStore = "lost" }
        line.reissue = endpoint.reissueMode
        line.redactions = record.removed
        line.allowed = record.passed
        line.status = record.status
        line.upstreamStatus = record.upstreamStatus
        line.bytesIn = record.bytesIn
        line.bytesOut = record.bytesOut
        if let trace { line.trace = trace.traceID }
        line.total = took
        audit.log.append(line)
    }

    private var decision: AuditDecision {
        switch record.outcome {
        case .denied: .deny
        case .limited: .limit
        case .refused, .unauthenticated: .refuse
        case .failed where !record.isPermitted: .fail
        case .cancelled where !record.isPermitted: .refuse
        default: record.isPermitted ? .allow : .refuse
        }
    }

    private var objectKind: StaticString {
        if task != nil { return "task" }
        return switch message?.target?.kind {
        case .tool: "tool"
        case .prompt: "prompt"
        case .resource, .resourceTemplate: "resource"
        case nil, .some(.none): ""
        }
    }

    /// The digest of all arguments, and the values of those that the operator chose: identifiers, scrubbed like a reply all the same.
    private func tellArguments(_ audit: AuditOutlet, _ line: inout AuditRecord) {
        guard let arguments = message?.arguments else { return }
        var text = ByteBuffer()
        arguments.write(into: &text)
        line.argumentDigest = audit.trail.names.digest(text.readable)
        for name in site.auditArguments {
            guard let value = arguments.member(name.span) else { continue }
            switch value.kind {
            case .string: line.arguments.append((name, .text(site.names.shown(value.string ?? []))))
            case .number, .true, .false:
                line.arguments.append((name, .plain(value.withSource { $0.withUnsafeBufferPointer { [UInt8]($0) } })))
            case .object, .array, .null: continue
            }
        }
    }
}
