/// What stands in the place of the client's token on the way upstream.
public enum ReissueOptions: Sendable {
    /// A short-lived token of Louver's own for the same subject.
    case mint(MintOptions)
    /// A token that an authorization server gives for the client's.
    case exchange(ExchangeOptions)
    /// A token that Airflow gives for the account that stands for the caller; the endpoint is nil only after a fault.
    case login(TokenEndpointOptions?, [AccountOptions])
    /// The name and password of the account that stands for the caller.
    case basic([AccountOptions])
    /// One token for everybody, from a file.
    case `static`(FileReference)
    /// Nothing: the upstream asks for no token.
    case none
    /// The client's own token.
    case passthrough
}
