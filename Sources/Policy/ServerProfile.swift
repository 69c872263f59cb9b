/// What is known about one kind of MCP server: its tools with what they do and which arguments they take.
struct ServerProfile: Sendable {
    /// One tool.
    final class Tool: Sendable {
        let name: [UInt8]
        let toolClass: ToolClass
        let arguments: [Argument]
        /// Values of its arguments that a careful policy sends where a call gives none, or in place of the call's.
        let safe: [ForcedArguments.Entry]

        init(name: [UInt8], toolClass: ToolClass, arguments: [Argument], safe: [ForcedArguments.Entry] = []) {
            self.name = name
            self.toolClass = toolClass
            self.arguments = arguments
            self.safe = safe
        }

        /// The place of an argument; nil when the tool does not have it.
        func find(_ key: Span<UInt8>) -> Int? {
            arguments.withUnsafeBufferPointer { all in
                for at in all.indices where all[at].isNamed(key) { return at }
                return nil
            }
        }
    }

    /// One argument of a tool.
    struct Argument: Sendable {
        var name: [UInt8]
        var kind: IdentifierKind
        /// Names objects in a form Louver does not read, such as the address of a page.
        var isOpaque = false

        /// Whether this is its name.
        func isNamed(_ key: Span<UInt8>) -> Bool {
            guard name.count == key.count else { return false }
            for at in name.indices where name[at] != key[at] { return false }
            return true
        }
    }

    var name: String
    /// Tools by name; empty for `generic`.
    var tools: [[UInt8]: Tool]
    /// What its server does with the token of a request.
    var callersToken = CallersToken.used
    /// Texts in a tool's result that say that Airflow took its token for expired, though the call itself went well.
    var expirySigns: [[UInt8]] = []
    /// How the paths end under which its server listens unless told otherwise. Whether there is a slash at the end matters: some answer
    /// the other spelling with a redirect, which Louver does not follow, some with an error.
    var paths: [String] = []
    /// Tools that are asked again and again until something has happened: no repeat of them means a loop.
    var polling: [[UInt8]] = []

    /// Whether the profile lists the tools of its server. If not, patterns stand for whatever comes, and arguments are not checked
    /// against a list.
    var knowsTools: Bool { !tools.isEmpty }

    /// Knows nothing.
    static let generic = ServerProfile(name: "generic", tools: [:])
}
