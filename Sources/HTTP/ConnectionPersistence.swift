/// Whether a connection outlives a message: RFC 9112 section 9.3.
enum ConnectionPersistence {
    /// `close` ends it; without `close` HTTP/1.1 goes on, and HTTP/1.0 only with `keep-alive`.
    static func keepsAlive(isHTTP10: Bool, _ fields: FieldTable) -> Bool {
        guard fields.contains(.connection) else { return !isHTTP10 }
        if fields.hasToken(.connection, "close") { return false }
        return !isHTTP10 || fields.hasToken(.connection, "keep-alive")
    }
}
