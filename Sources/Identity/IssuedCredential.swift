/// How it stands with a caller's credential for an upstream.
public enum IssuedCredential: Sendable {
    /// It can be sent.
    case ready(UpstreamCredential)
    /// It can be sent, and another should be fetched meanwhile.
    case aging(UpstreamCredential)
    /// It has to be fetched first.
    case absent
}
