/// What a rule does while the shared store cannot be asked. There is no default that lets calls through in silence.
public enum StoreLoss: Sendable, Hashable {
    /// Refuse the calls the rule applies to.
    case deny
    /// Keep count in this process, with this replica's share of rate and burst (1 to 100 percent).
    case local(percent: Int)
    /// Let them pass uncounted.
    case allow
}
