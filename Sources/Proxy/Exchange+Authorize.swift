import Core
import Identity
import JSON
import MCP
import Policy
import Reactor
import Redaction
import Telemetry

extension Exchange {
    /// Asks the policy. Without the permit it gives, nothing can be forwarded. Nil where the decision needs to know what the server lists.
    @inline(never)
    func authorize(_ message: Message, for caller: Caller, on route: Route) throws -> Permit? {
        record.enter(.authorize)
        try requireAudit()
        let policy = route.policy
        let subject = caller.subject(of: policy)
        features = ClientFeatures(policy.interactions(subject, now: worker.wallTime))
        guard let inbound = message.inbound else { return try decide(.session, subject, nil, policy) }
        try requireTasks(inbound, message, on: route)
        if inbound.era == .legacy { taskRights = policy.taskRights(subject, now: worker.wallTime) }
        if case .response(let id) = inbound.kind {
            try findQuestion(id, message, caller, route)
            return try decide(.session, subject, inbound, policy)
        }
        let call = PolicyCall(inbound, name: record.target)
        if inbound.carriesInput, features.isEmpty { throw refusal(policy.refusalOfInput(call), inbound) }
        // Who listens names resources, and each is a subscription.
        try inbound.forEachListenedResource { target in
            let call = PolicyCall(method: PolicyCall.subscription, name: target.name)
            _ = try take(policy.decide(subject, call, now: worker.wallTime), inbound, isPart: true)
        }
        if policy.pins != nil, call.object == .tool { return nil }
        let decision = policy.decide(subject, call, now: worker.wallTime)
        if case .deny(let denial) = decision, denial.wantsListing { return nil }
        return try take(decision, inbound)
    }

    /// The same, with what the server lists: asked for only where that decides, and kept.
    @inline(never)
    func authorizeByListing(_ message: Message, for caller: Caller, on route: Route) async throws -> Permit {
        guard let inbound = message.inbound else { preconditionFailure("only a call is decided by a list") }
        let credential = try await obtainCredential(message, for: caller, on: route)
        var call = PolicyCall(inbound, name: record.target)
        do {
            call.listed = try await route.listedTool(call.name, credential.authorization, now: connection.loop.now)
        } catch let failure as Failure { throw Refusal.failed(failure, inbound) }
        return try decide(call, caller.subject(of: route.policy), inbound, route.policy)
    }

    /// Whether a tool of a passing list is as it was pinned; one that is not is told once in the event log.
    func accepts(_ entry: JSONNode, on route: Route) -> Bool {
        guard let definition = ToolDefinition(entry) else { return false }
        if route.accepts(definition) { return true }
        if route.facts.catalog.isNews(definition) {
            worker.log.event(
                .warn, "tool_quarantined", .text("tool", PolicySet.quote(definition.name)),
                .text("digest", String(decoding: Hex.encode(definition.digest), as: UTF8.self)), .text("route", route.name))
        }
        return false
    }

    private func decide(_ call: PolicyCall, _ subject: PolicySubject, _ inbound: Inbound?, _ policy: PolicySet) throws -> Permit {
        try take(policy.decide(subject, call, now: worker.wallTime), inbound)
    }

    private func take(_ decision: consuming Decision, _ inbound: Inbound?, isPart: Bool = false) throws -> Permit {
        for rule in decision.shadows { worker.count(.shadowMatches, rule) }
        switch consume decision {
        case .permit(let permit):
            if let inbound, !isPart { try refusePlaceholder(inbound) }
            record.rule = permit.rule
            record.isPermitted = true
            counters.countPermit(permit.rule)
            record.shadows = permit.shadows
            return permit
        case .deny(let denial): throw refusal(denial, inbound)
        }
    }

    /// Refuses a request that holds what stands for a removed secret, in an argument, a URI or elsewhere: upstream it would be taken for
    /// the secret itself. What cannot be looked at within its bounds may hold one.
    private func refusePlaceholder(_ inbound: Inbound) throws {
        guard inbound.isRequest, let params = inbound.params, let endpoint, endpoint.policy.redaction.returned == .refuse else { return }
        switch params.withSource({ endpoint.redaction.findPlaceholder(in: $0) }) {
        case .nothing: return
        case .placeholder: throw refusal(.placeholder, inbound)
        case .unread: throw refusal(.unread, inbound)
        }
    }

    private func refusal(_ denial: PolicyDenial, _ inbound: Inbound?) -> Refusal {
        record.rule = denial.rule
        record.shadows = denial.shadows
        return .denied(denial, inbound)
    }

    /// A client may answer what was asked of it, and nothing else.
    private func findQuestion(_ id: RequestID, _ message: Message, _ caller: Caller, _ route: Route) throws {
        answeredQuestion = questionSeal(message.session, of: caller, on: route)?.open(id)
        guard answeredQuestion == nil else { return }
        throw Refusal.malformed(
            ProtocolFailure(
                400, ProtocolErrorCode.invalidRequest, "unsolicited_response", "this answers no request that was sent to this client"))
    }
}

extension PolicyCall {
    /// The GET and DELETE of a session: allowed to whoever may open one.
    static let session = PolicyCall(method: Array("initialize".utf8))
    static let subscription = Array("resources/subscribe".utf8)

    init(_ inbound: Inbound, name: [UInt8]) {
        self.init(
            method: inbound.method.bytes, object: inbound.target?.kind.policyObject ?? .none,
            name: name, arguments: inbound.method == .complete ? inbound.params : inbound.arguments)
    }
}

extension ClientFeatures {
    /// The protocol's word for what the policy allows.
    init(_ allowed: Interactions) {
        self = []
        if allowed.contains(.sampling) { insert(.sampling) }
        if allowed.contains(.elicitation) { insert(.elicitation) }
        if allowed.contains(.roots) { insert(.roots) }
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
