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

    /// Writes the audit line of an exchange that was meant for an endpoint. `words` are what `ExchangeWords` wrote.
    func writeAudit(_ audit: AuditOutlet, _ words: Span<UInt8>, took: UInt64, at time: WallTime) {
        guard let endpoint, !record.reason.spells("audit_full") else { return }
        var line = AuditRecord(time: time)
        line.id = record.id
        line.decision = decision
        if caller == nil { line.peer = connection.peerText }
        line.kind = objectKind
        let arguments = message?.arguments
        if let arguments { line.argumentDigest = audit.log.digest { arguments.write(into: &$0) } }
        line.bucket = record.bucket
        line.reissue = endpoint.reissueMode
        line.redactions = record.removed
        line.allowed = record.passed
        line.total = took
        let principal = caller?.auditName(audit.trail.names, isPseudonym: site.audit?.isPseudonymous ?? false) ?? []
        audit.log.append(line, principal: principal, place: endpoint.auditPlace, words: words) { out in
            if let arguments, !site.auditArguments.isEmpty { tellArguments(arguments, into: &out) }
        }
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

    /// The values of those arguments that the operator chose: identifiers, scrubbed like a reply all the same.
    private func tellArguments(_ arguments: JSONNode, into out: inout ByteBuffer) {
        for name in site.auditArguments {
            guard let value = arguments.member(name.span) else { continue }
            switch value.kind {
            case .string: AuditRecord.argument(name, text: site.names.shown(value.string ?? []), into: &out)
            case .number, .true, .false: value.withSource { AuditRecord.argument(name, plain: $0, into: &out) }
            case .object, .array, .null: continue
            }
        }
    }
}
