import Core
import MCP
import Policy
import Telemetry

extension Exchange {
    /// Asks the policy. Without the permit it gives, nothing can be forwarded.
    func authorize(_ message: Message, for caller: Caller, on route: Route) throws -> Permit {
        record.enter(.authorize)
        try requireAudit()
        let call: PolicyCall
        if let inbound = message.inbound {
            if case .response = inbound.kind {
                throw Refusal.malformed(
                    ProtocolFailure(
                        400, ProtocolErrorCode.invalidRequest, "unsolicited_response",
                        "this answers no request that was sent to this client"))
            }
            call = PolicyCall(inbound)
        } else {
            call = PolicyCall.session
        }
        switch route.policy.decide(caller.subject(of: route.policy), call, now: worker.wallTime) {
        case .permit(let permit):
            record.rule = permit.rule
            record.isPermitted = true
            counters.countPermit(permit.rule)
            return permit
        case .deny(let denial):
            record.rule = denial.rule
            throw Refusal.denied(denial, message.inbound)
        }
    }
}

extension PolicyCall {
    /// The GET and DELETE of a session: allowed to whoever may open one.
    static let session = PolicyCall(method: Array("initialize".utf8))

    init(_ inbound: Inbound) {
        self.init(
            method: inbound.method.text.withUTF8Buffer { [UInt8]($0) }, object: inbound.target?.kind.policyObject ?? .none,
            name: inbound.target?.name ?? [],
            arguments: inbound.arguments)
    }
}

extension GuardedKind {
    /// The policy's word for it.
    var policyObject: ObjectKind {
        switch self {
        case .none: .none
        case .tool: .tool
        case .prompt: .prompt
        case .resource, .resourceTemplate: .resource
        }
    }
}
