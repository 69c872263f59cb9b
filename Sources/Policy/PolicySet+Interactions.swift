import Core

extension PolicySet {
    /// What the upstream may ask of this caller's client. Nothing, at the cost of one branch, unless some rule speaks of it.
    public func interactions(_ subject: PolicySubject, now: WallTime) -> Interactions {
        guard hasInteractions else { return [] }
        var allowed: Interactions = []
        for (interaction, method) in Interactions.methods {
            if case .permit = decide(subject, PolicyCall(method: Array(method.text.utf8)), now: now) { allowed.insert(interaction) }
        }
        return allowed
    }

    /// What this caller may do with tasks. Nothing, at the cost of one branch, unless some rule speaks of them.
    public func taskRights(_ subject: PolicySubject, now: WallTime) -> TaskRights {
        guard hasTasks else { return [] }
        var allowed: TaskRights = []
        for (right, method) in TaskRights.methods {
            if case .permit = decide(subject, PolicyCall(method: Array(method.text.utf8)), now: now) { allowed.insert(right) }
        }
        return allowed
    }

    /// Refuses a call that answers a server's questions where no rule lets the server ask any.
    public func refusalOfInput(_ call: PolicyCall) -> PolicyDenial {
        refusal(
            "louver/interaction", call, "It answers questions of the server, and no rule lets the server ask any. Send it without them.")
    }
}
