import Core
import YAML

extension OptionsReader {
    static func redis(_ reader: NodeReader) -> RedisOptions? {
        let written = reader.string("url", example: "redis://127.0.0.1:6379/0")
        let password = reader.file("password_file")
        let tls = reader.mapping("tls", clientTLS)
        let timeout = reader.duration("timeout", in: .milliseconds(1) ... .seconds(1), default: .milliseconds(5))
        guard !written.isEmpty, let url = parse(written, reader) else { return nil }
        if tls != nil, !url.isSecure {
            reader.fault("tls", "`redis.tls` is written, but the URL is `redis:`", remedy: "write a rediss: URL, or remove `tls`")
        }
        return RedisOptions(
            host: url.host, port: url.port, database: url.database, username: url.username, password: password,
            tls: url.isSecure ? tls ?? ClientTLSOptions() : nil, timeout: timeout)
    }

    private struct RedisURL {
        var isSecure: Bool
        var username: String?
        var host: String
        var port: UInt16
        var database: Int
    }

    private static func parse(_ written: String, _ reader: NodeReader) -> RedisURL? {
        let isSecure = written.hasPrefix("rediss://")
        guard isSecure || written.hasPrefix("redis://") else {
            reader.fault(
                "url", "`redis.url` is not a Redis URL", remedy: "write, for example: redis://127.0.0.1:6379/0, or rediss: for TLS")
            return nil
        }
        var rest = written.dropFirst(isSecure ? 9 : 8)
        var username: String?
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
            let user = rest[..<at]
            rest = rest[rest.utf8.index(after: at)...]
            if user.contains(":") {
                reader.fault(
                    "url", "`redis.url` holds a password, which then stands in a file that many can read",
                    remedy: "keep it in a file of its own and write `password_file: redis_password`")
                return nil
            }
            username = String(user)
        }
        let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let path = rest[slash...].dropFirst()
        let database = path.isEmpty ? 0 : path.utf8.allSatisfy(ASCII.isDigit) ? Int(path) : nil
        guard let server = ServerURL("http://" + rest[..<slash]), let database, database <= 65_535, username != "" else {
            reader.fault(
                "url", "`redis.url` is not a Redis URL", remedy: "write, for example: redis://127.0.0.1:6379/0, or rediss: for TLS")
            return nil
        }
        let hasPort = !rest[..<slash].hasSuffix("]") && rest[..<slash].contains(":")
        return RedisURL(isSecure: isSecure, username: username, host: server.host, port: hasPort ? server.port : 6_379, database: database)
    }
}
