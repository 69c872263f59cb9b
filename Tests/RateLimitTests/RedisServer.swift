import Core
import Glibc
import Redis

/// A real `redis-server` on a socket in a folder of its own, with nothing of it left behind; and one blocking connection to it.
final class RedisServer {
    private let folder: String
    private let process: pid_t
    private let leash: Int32
    private var connection: Int32 = -1
    private let reader = RedisReplyReader()

    /// Whether this machine has one.
    static let isInstalled = path != nil

    private static let path: String? = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first { access($0, X_OK) == 0 }

    /// Starts a server; nil when it does not answer within ten seconds.
    init?() {
        guard let program = Self.path else { return nil }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/louver-redis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The shell waits on its input, then stops the server and clears up: also when this process dies before it could.
        let script = "\"$@\" </dev/null & read line; kill -9 $!; rm -rf \"$0\""
        let words = [
            "/bin/sh", "-c", script, folder, program, "--port", "0", "--unixsocket", "\(folder)/redis.sock", "--save", "", "--appendonly",
            "no",
            "--dir", folder, "--logfile", "\(folder)/redis.log",
        ]
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { return nil }
        leash = ends[1]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var pid = pid_t()
        let status = posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, environ)
        posix_spawn_file_actions_destroy(&actions)
        for argument in arguments { free(argument) }
        close(ends[0])
        process = pid
        guard status == 0 else { return nil }
        for _ in 0..<500 {
            if connect() { return }
            usleep(20_000)
        }
        return nil
    }

    deinit {
        if connection >= 0 { close(connection) }
        close(leash)
        if process > 0 { waitpid(process, nil, 0) }
    }

    private func connect() -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("\(folder)/redis.sock".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if status == 0 {
            connection = descriptor
            return true
        }
        close(descriptor)
        return false
    }

    /// Sends what is in the buffer and waits for one reply.
    func exchange(_ out: inout ByteBuffer) throws -> RedisReply? {
        let bytes = out.takeAll()
        guard write(connection, bytes, bytes.count) == bytes.count else { return nil }
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let reply = try reader.next() { return reply }
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return nil }
            reader.feed(Array(chunk[..<count]).span)
        }
    }

    /// Sends one command and waits for its reply.
    func send(_ words: [UInt8]...) throws -> RedisReply? {
        var out = ByteBuffer()
        RedisCommand.append(words, to: &out)
        return try exchange(&out)
    }
}
