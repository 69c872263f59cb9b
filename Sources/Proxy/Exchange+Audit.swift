import Audit
import Configuration
import Core
import Glibc
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
        line.kind = objectKind
        let arguments = message?.arguments
        if let arguments { line.argumentDigest = audit.log.digest { arguments.write(into: &$0) } }
        line.reissue = endpoint.reissueMode
        line.rarities = auditRarities
        line.total = took
        let principal = caller?.auditName(audit.trail.names, isPseudonym: site.auditIsPseudonymous) ?? []
        audit.log.append(line, principal: principal, place: endpoint.auditPlace, words: words) { out in
            if let arguments, !site.auditArguments.isEmpty { tellArguments(arguments, into: &out) }
        }
    }

    private var auditRarities: AuditRecord.Rarities? {
        if caller != nil, record.bucket.isEmpty, record.removed.isEmpty, record.passed.isEmpty { return nil }
        let peer = caller == nil ? connection.peerText : []
        return AuditRecord.Rarities(peer: peer, bucket: record.bucket, redactions: record.removed, allowed: record.passed)
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
            case .string:
                let isTold = value.withSource { source in
                    // Between its quotation marks it is the text itself where nothing in it is escaped.
                    let text = source.extracting(1..<source.count - 1)
                    let isPlain = text.withUnsafeBytes { $0.baseAddress.map { memchr($0, 0x5C, text.count) == nil } ?? true }
                    guard isPlain, site.names.isClean(text) else { return false }
                    AuditRecord.argument(name, text: text, into: &out)
                    return true
                }
                if !isTold { AuditRecord.argument(name, text: site.names.shown(value.string ?? []).span, into: &out) }
            case .number, .true, .false: value.withSource { AuditRecord.argument(name, plain: $0, into: &out) }
            case .object, .array, .null: continue
            }
        }
    }
}
