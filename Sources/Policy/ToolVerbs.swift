/// What a tool's name says it does, where no profile knows better. Good for advice and for a first draft, never for a decision.
enum ToolVerbs {
    private static let reading: Set<String> = [
        "get", "list", "fetch", "read", "search", "find", "show", "describe", "count", "diagnose", "explore",
    ]
    private static let writing: Set<String> = [
        "create", "update", "delete", "remove", "post", "put", "patch", "set", "bulk", "clear", "trigger", "run", "pause", "unpause",
        "reparse", "materialize", "cancel", "add", "write", "import", "execute", "start", "stop", "kill", "retry", "drop", "insert",
    ]
    private static let secrets: Set<String> = [
        "connection", "connections", "variable", "variables", "config", "secret", "secrets", "users", "user",
    ]

    /// Whether the name begins with a verb that only reads, and speaks of nothing that is secret.
    static func reads(_ name: [UInt8]) -> Bool {
        let words = words(name)
        return secrets.isDisjoint(with: words) && words.first.map(reading.contains) ?? false
    }

    /// Whether the name begins with a verb that changes something.
    static func writes(_ name: [UInt8]) -> Bool { words(name).first.map(writing.contains) ?? false }

    /// The words behind a prefix of the product.
    private static func words(_ name: [UInt8]) -> [String] {
        let all = String(decoding: name, as: UTF8.self).lowercased().split { $0 == "_" || $0 == "-" || $0 == "." }.map(String.init)
        return Array(all.drop { $0 == "airflow" })
    }
}
