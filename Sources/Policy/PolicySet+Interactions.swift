import Core

extension PolicySet {
    /// What the upstream may ask of this caller's client. Nothing, at the cost of one branch, unless some rule speaks of it.
    public func interactions(_ subject: PolicySubject, now: WallTime) -> Interactions {
        hasInteractions ? rights(Interactions.methods, subject, now) : []
    }

    /// What this caller may do with tasks. Nothing, at the cost of one branch, unless some rule speaks of them.
    public func taskRights(_ subject: PolicySubject, now: WallTime) -> TaskRights {
        hasTasks ? rights(TaskRights.methods, subject, now) : []
    }

    /// Those rights whose methods some rule allows.
    private func rights<Rights: OptionSet>(
        _ methods: [(right: Rights, method: GuardedMethod)], _ subject: PolicySubject, _ now: WallTime
    ) -> Rights where Rights.Element == Rights {
        var allowed: Rights = []
        for (right, method) in methods {
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
