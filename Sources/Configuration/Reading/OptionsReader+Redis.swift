import Core
import YAML

extension OptionsReader {
    static func redis(_ reader: NodeReader) -> RedisOptions? {
        let written = reader.string("url", example: "redis://127.0.0.1:6379/0")
        let password = reader.file("password_file")
        let sentinelPassword = reader.file("sentinel_password_file")
        let tls = reader.mapping("tls", clientTLS)
        let timeout = reader.duration("timeout", in: .milliseconds(1) ... .seconds(1), default: .milliseconds(5))
        guard !written.isEmpty, let url = RedisURL.parse(written, reader) else { return nil }
        if tls != nil, !url.isSecure {
            reader.fault("tls", "`redis.tls` is written, but the URL is `redis:`", remedy: "write a rediss: URL, or remove `tls`")
        }
        if case .sentinel = url.topology {
        } else if sentinelPassword != nil {
            reader.fault(
                "sentinel_password_file", "`redis.sentinel_password_file` is written, but the URL names no sentinels",
                remedy: "write redis-sentinel://host:26379/0#name, or remove it")
        }
        return RedisOptions(
            topology: url.topology, nodes: url.nodes, database: url.database, username: url.username, password: password,
            sentinelPassword: sentinelPassword, tls: url.isSecure ? tls ?? ClientTLSOptions() : nil, timeout: timeout)
    }
}

/// `redis://[user@]host[:port][/database]`, `unix:///path`, `redis-sentinel://host[:port],...[/database]#primary` and
/// `redis-cluster://host[:port],...`; with `rediss` in front, over TLS.
private struct RedisURL {
    var isSecure = false
    var topology = RedisTopology.single
    var nodes: [RedisNode] = []
    var username: String?
    var database = 0

    private static let wrong = "`redis.url` is not a Redis URL"
    private static let remedy = "write, for example: redis://127.0.0.1:6379/0, or rediss: for TLS"

    static func parse(_ written: String, _ reader: NodeReader) -> RedisURL? {
        if written.hasPrefix("unix:") { return socket(written, reader) }
        var url = RedisURL()
        guard let colon = written.utf8.firstIndex(of: UInt8(ascii: ":")), written[colon...].hasPrefix("://") else { return fail(reader) }
        var primary = ""
        switch written[..<colon] {
        case "redis": break
        case "rediss": url.isSecure = true
        case "redis-sentinel", "rediss-sentinel":
            url.isSecure = written.hasPrefix("rediss")
            guard let hash = written.utf8.lastIndex(of: UInt8(ascii: "#")), !written[hash...].dropFirst().isEmpty else {
                reader.fault(
                    "url", "`redis.url` does not say what the sentinels call the primary",
                    remedy: "write its name behind the address: redis-sentinel://10.0.0.1:26379,10.0.0.2:26379/0#mymaster")
                return nil
            }
            primary = String(written[hash...].dropFirst())
            url.topology = .sentinel(primary: primary)
        case "redis-cluster", "rediss-cluster":
            url.isSecure = written.hasPrefix("rediss")
            url.topology = .cluster
        default: return fail(reader)
        }
        var rest = written[colon...].dropFirst(3)
        if !primary.isEmpty { rest = rest.dropLast(primary.count + 1) }
        guard url.takeUser(&rest, reader) else { return nil }
        let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard url.takeDatabase(rest[slash...].dropFirst(), reader) else { return nil }
        return url.takeNodes(rest[..<slash]) ? url : fail(reader)
    }

    private static func fail(_ reader: NodeReader) -> RedisURL? {
        reader.fault("url", wrong, remedy: remedy)
        return nil
    }

    private static func socket(_ written: String, _ reader: NodeReader) -> RedisURL? {
        let path = written.hasPrefix("unix://") ? written.dropFirst(7) : written.dropFirst(5)
        guard path.hasPrefix("/"), path.utf8.count <= 107 else {
            reader.fault("url", "`redis.url` is no path of a unix socket", remedy: "write, for example: unix:///run/redis/redis.sock")
            return nil
        }
        return RedisURL(nodes: [RedisNode(host: "localhost", port: 0, path: String(path))])
    }

    private mutating func takeUser(_ rest: inout Substring, _ reader: NodeReader) -> Bool {
        guard let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) else { return true }
        let user = rest[..<at]
        rest = rest[rest.utf8.index(after: at)...]
        if user.contains(":") {
            reader.fault(
                "url", "`redis.url` holds a password, which then stands in a file that many can read",
                remedy: "keep it in a file of its own and write `password_file: redis_password`")
            return false
        }
        username = String(user)
        if user.isEmpty { _ = Self.fail(reader) }
        return !user.isEmpty
    }

    private mutating func takeDatabase(_ path: Substring, _ reader: NodeReader) -> Bool {
        guard !path.isEmpty else { return true }
        guard path.utf8.allSatisfy(ASCII.isDigit), let number = Int(path), number <= 65_535 else { return Self.fail(reader) != nil }
        if topology == .cluster, number != 0 {
            reader.fault("url", "a Redis Cluster has only database 0", remedy: "leave the number away")
            return false
        }
        database = number
        return true
    }

    private mutating func takeNodes(_ list: Substring) -> Bool {
        let usual: UInt16 = if case .sentinel = topology { 26_379 } else { 6_379 }
        let parts = list.split(separator: ",", omittingEmptySubsequences: false)
        guard topology != .single || parts.count == 1, parts.count <= Limits.redisNodesMax else { return false }
        for part in parts {
            guard let server = ServerURL("http://" + part), server.path.isEmpty else { return false }
            let hasPort = !part.hasSuffix("]") && part.contains(":")
            nodes.append(RedisNode(host: server.host, port: hasPort ? server.port : usual, path: nil))
        }
        return true
    }
}
