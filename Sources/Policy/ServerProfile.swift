/// What is known about one kind of MCP server: its tools with what they do and which arguments they take.
///
/// A class, because every call is held to it: a copy would count each of its references.
final class ServerProfile: Sendable {
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

    let name: String
    /// Tools by name; empty for `generic`.
    let tools: [[UInt8]: Tool]
    /// What its server does with the token of a request.
    let callersToken: CallersToken
    /// Texts in a tool's result that say that Airflow took its token for expired, though the call itself went well.
    let expirySigns: [[UInt8]]
    /// How the paths end under which its server listens unless told otherwise. Whether there is a slash at the end matters: some answer
    /// the other spelling with a redirect, which Louver does not follow, some with an error.
    let paths: [String]
    /// Tools that are asked again and again until something has happened: no repeat of them means a loop.
    let polling: [[UInt8]]

    init(
        name: String, tools: [[UInt8]: Tool], callersToken: CallersToken = .used, expirySigns: [[UInt8]] = [], paths: [String] = [],
        polling: [[UInt8]] = []
    ) {
        self.name = name
        self.tools = tools
        self.callersToken = callersToken
        self.expirySigns = expirySigns
        self.paths = paths
        self.polling = polling
    }

    /// Whether the profile lists the tools of its server. If not, patterns stand for whatever comes, and arguments are not checked
    /// against a list.
    var knowsTools: Bool { !tools.isEmpty }

    /// Knows nothing.
    static let generic = ServerProfile(name: "generic", tools: [:])
}
