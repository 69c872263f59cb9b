/// The first word of an error reply, as far as Louver acts on it.
public enum RedisErrorCode: String, Sendable, CaseIterable {
    /// The script is not in the server's cache: send its text.
    case noScript = "NOSCRIPT"
    /// The server is still reading its data from disk.
    case loading = "LOADING"
    /// The server is a replica, or was demoted to one.
    case readOnly = "READONLY"
    /// The server is at its memory limit.
    case outOfMemory = "OOM"
    /// Another script is running too long.
    case busy = "BUSY"
    /// The slot of a key lives on another node of the cluster.
    case moved = "MOVED"
    /// The slot of a key is on its way to another node of the cluster.
    case ask = "ASK"
    /// Keys of one command lie in different slots of the cluster.
    case crossSlot = "CROSSSLOT"
    /// The cluster does not serve this slot now.
    case clusterDown = "CLUSTERDOWN"
    /// A replica lost its primary.
    case masterDown = "MASTERDOWN"
    /// Too few replicas to accept a write.
    case noReplicas = "NOREPLICAS"
    /// Writes are stopped because saving to disk fails.
    case misconfigured = "MISCONF"
    /// Authentication is needed.
    case noAuth = "NOAUTH"
    /// User or password are wrong.
    case wrongPassword = "WRONGPASS"
    /// The user may not run this command or touch this key.
    case noPermission = "NOPERM"
    /// A key holds a value of another type.
    case wrongType = "WRONGTYPE"
    /// Everything else.
    case other = "ERR"

    /// Reads the code from the text of an error reply.
    public init(errorText: Span<UInt8>) {
        var length = 0
        while length < errorText.count, length < 32, errorText[length] != UInt8(ascii: " ") { length += 1 }
        let word = String(decoding: (0..<length).map { errorText[$0] }, as: UTF8.self)
        self = RedisErrorCode(rawValue: word) ?? .other
    }
}
