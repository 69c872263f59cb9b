import Core
import MCP
import Policy

extension Route {
    /// What the upstream lists of a tool, asked for now unless that was done lately. One loop asks once, whoever waits for it.
    func listedTool(_ name: [UInt8], _ credential: [UInt8]?, now: Instant) async throws -> ListedTool? {
        let catalog = facts.catalog
        if catalog.isYounger(than: .seconds(Limits.toolListSecondsMax), now: now), let known = catalog.tool(name) { return known }
        if catalog.isYounger(than: .seconds(Limits.toolListSecondsMin), now: now) { return catalog.tool(name) }
        if toolWaiters != nil {
            await withCheckedContinuation { toolWaiters?.append($0) }
        } else {
            toolWaiters = []
            defer {
                let waiting = toolWaiters ?? []
                toolWaiters = nil
                for waiter in waiting { waiter.resume() }
            }
            let deadline = now + .seconds(10)
            let versions = try await discoverVersions(credential, deadline: deadline)
            let inquiry = ToolInquiry(
                upstream: upstream, credential: credential, isModern: !versions.isDisjoint(with: .modern), deadline: deadline)
            catalog.replace(try await inquiry.tools(), now: now)
        }
        return catalog.tool(name)
    }

    /// Takes note of a tool in a list that passes, and says whether it may be shown: whether it is as it was pinned.
    func accepts(_ definition: ToolDefinition) -> Bool {
        guard let pins = policy.pins else { return true }
        facts.catalog.note(definition)
        return pins.accepts(definition.name, definition.digest)
    }
}
