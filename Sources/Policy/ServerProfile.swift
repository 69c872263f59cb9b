/// What is known about one kind of MCP server: its tools with what they do and which arguments they take.
struct ServerProfile: Sendable {
    /// One tool.
    struct Tool: Sendable {
        var name: [UInt8]
        var toolClass: ToolClass
        var arguments: [Argument]
    }

    /// One argument of a tool.
    struct Argument: Sendable {
        var name: [UInt8]
        var kind: IdentifierKind
        /// Names objects in a form Louver does not read, such as the address of a page.
        var isOpaque = false
    }

    var name: String
    /// Tools by name; empty for `generic`.
    var tools: [[UInt8]: Tool]

    /// Whether the profile lists the tools of its server. If not, patterns stand for whatever comes and arguments are not checked against a list.
    var knowsTools: Bool { !tools.isEmpty }

    /// Knows nothing.
    static let generic = ServerProfile(name: "generic", tools: [:])
}
