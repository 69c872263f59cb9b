import Core
import Identity
import JSON
import MCP
import Policy
import Reactor
import Telemetry

/// What reaches over more than one exchange, and must not become a way around the policy: retries of a request that needed input
/// (2026-07-28 basic/patterns/mrtr), and tasks (2025-11-25 basic/utilities/tasks).
extension Exchange {
    /// Opens what the permitted message brings back of an earlier exchange.
    @inline(never)
    func reopen(_ message: Message, for caller: Caller, on route: Route) throws {
        guard let inbound = message.inbound else { return }
        if inbound.carriesInput { try openInput(inbound, for: caller, on: route) }
        if !taskRights.isEmpty { try findTask(inbound, for: caller, on: route) }
    }

    // MARK: Retries

    /// Opens what a retry brings back. Without it nobody could tell its answers from answers to questions that were never put.
    private func openInput(_ inbound: Inbound, for caller: Caller, on route: Route) throws {
        guard let seal = inputSeal(inbound, for: caller, on: route),
            let state = inbound.params?["requestState"]?.withString({ seal.open($0) }) ?? nil
        else { throw Refusal.malformed(.invalidRequestState(inbound.requestID)) }
        inputState = state
    }

    /// What seals the state of a request that may need input; nil where the server may ask nothing.
    func inputSeal(_ inbound: Inbound, for caller: Caller, on route: Route) -> InputSeal? {
        guard !features.isEmpty, inbound.era == .modern, inbound.method.mayRequireInput else { return nil }
        return site.seal.input(inbound, arguments: argumentsDigest, principal: caller.principal.key, route: route.nameBytes)
    }

    // MARK: Tasks

    /// Refuses what is asked about tasks where there are none: no rule allows any, or the session's revision does not know them.
    func requireTasks(_ inbound: Inbound, _ message: Message, on route: Route) throws {
        guard inbound.method.namesTask || inbound.method == .tasksList else { return }
        guard route.policy.hasTasks, speaksTasks(inbound, message) else {
            throw Refusal.malformed(.unknownMethod(200, id: inbound.requestID))
        }
    }

    /// Finds the task that is asked about. Somebody else's is as unknown as none, and so is one of a tool that the caller may no longer
    /// use.
    private func findTask(_ inbound: Inbound, for caller: Caller, on route: Route) throws {
        guard inbound.method.namesTask else { return }
        let seal = site.seal.tasks(principal: caller.principal.key, route: route.nameBytes)
        guard let task = seal.open(inbound.params?["taskId"]?.string ?? []),
            route.policy.allows(caller.subject(of: route.policy), .tool, task.tool)
        else { throw Refusal.malformed(.unknownTask(inbound.requestID)) }
        record.target = task.tool
        self.task = task
    }

    /// What the answer may say of tasks; nil where it may say nothing.
    func taskTerms(_ inbound: Inbound, _ message: Message, for caller: Caller, on route: Route) -> TaskTerms? {
        if taskRights.isEmpty { return nil }
        let seal = site.seal.tasks(principal: caller.principal.key, route: route.nameBytes)
        if let task { return TaskTerms(seal, about: task) }
        guard inbound.method == .toolsCall, taskRights.contains(.result), inbound.params?["task"] != nil, speaksTasks(inbound, message)
        else { return nil }
        return TaskTerms(seal, calling: record.target)
    }

    /// Takes note of the task that a call has become.
    func note(_ task: TaskSeal.Task) {
        guard let endpoint, let caller else { return }
        let isNoted = endpoint.facts.tasks.note(task, of: caller.principal.key, on: endpoint.nameBytes, now: connection.loop.now)
        if !isNoted { worker.shard.add(.boundHits, "listed_tasks") }
    }

    /// What an answer to `initialize` or `server/discover` may promise this caller: what some rule could let him use.
    func promisedCapabilities(for caller: Caller, on route: Route) -> ServerCapabilities {
        let subject = caller.subject(of: route.policy)
        var promised: ServerCapabilities = []
        for (capability, method) in Self.methodsOfCapabilities {
            let name = method.text.withUTF8Buffer { [UInt8]($0) }
            if route.policy.allows(subject, method: name.span) { promised.insert(capability) }
        }
        guard taskRights.contains(.result) else { return promised }
        promised.insert(.tasks)
        if taskRights.contains(.cancel) { promised.insert(.taskCancel) }
        if taskRights.contains(.list) { promised.insert(.taskList) }
        return promised
    }

    private static let methodsOfCapabilities: [(ServerCapabilities, Method)] = [
        (.tools, .toolsList), (.prompts, .promptsList), (.resources, .resourcesList), (.completions, .complete), (.logging, .setLevel),
        (.subscriptions, .resourcesSubscribe), (.subscriptions, .listen),
    ]

    private func speaksTasks(_ inbound: Inbound, _ message: Message) -> Bool {
        (message.session?.version ?? inbound.version) == .november2025
    }
}
