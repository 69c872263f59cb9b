/// What stands in the place of the client's token on the way upstream.
public enum ReissueOptions: Sendable {
    /// A short-lived token of Louver's own for the same subject.
    case mint(MintOptions)
    /// One token for everybody, from a file.
    case `static`(FileReference)
    /// Nothing: the upstream asks for no token.
    case none
}
