/// What the server's own list says of a tool, as far as decisions need it.
public final class ListedTool: Sendable {
    /// The names of its arguments.
    let arguments: Set<[UInt8]>
    /// The digest of its definition; empty where it does not matter.
    let digest: [UInt8]

    /// Describes a tool.
    public init(arguments: Set<[UInt8]>, digest: [UInt8]) {
        self.arguments = arguments
        self.digest = digest
    }
}
