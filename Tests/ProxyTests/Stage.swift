import Configuration
import Core
import Crypto
import Glibc
import Telemetry
import TestSupport
import YAML

@testable import Proxy
@testable import Reactor

/// A request as the scripted upstream hears it, and how it answers a call well.
extension ScriptedUpstream {
    /// The id of a request.
    static func id(_ body: String) -> Substring { body.split(separator: "\"id\":").last?.prefix { $0 != "," && $0 != "}" } ?? "" }

    /// The message that answers a request.
    static func answer(_ body: String, text: String = "fine") -> String {
        #"{"jsonrpc":"2.0","id":\#(id(body)),"result":{"resultType":"complete","content":[{"type":"text","text":"\#(text)"}]}}"#
    }
}

/// A worker with its whole spine on a loop, an upstream that answers as a test says, and clients on socket pairs.
final class Stage {
    /// What differs from one test to another.
    struct Setting: Sendable {
        /// Lines below `rules:`.
        var rules = "  - {id: all, allow: tools/call, tools: [\"*\"], principals: [anyone]}\n"
        /// Further lines of the policy.
        var policy = ""
        /// Further lines of the upstream.
        var upstream = ""
        /// How its caller is told upstream.
        var reissue = "{mode: none}"
        /// Further lines of the configuration.
        var configuration = ""
        /// Further members of the issuer.
        var issuer = ""
    }

    let loop: EventLoop
    let upstream: ScriptedUpstream
    let worker: Worker
    let registry: Registry
    private let folder = TemporaryFolder()
    private let key: HMACKey

    init(_ loop: EventLoop, _ setting: Setting = Setting(), _ script: @escaping ScriptedUpstream.Script) throws {
        self.loop = loop
        upstream = try ScriptedUpstream(loop, script)
        var generator = SeededGenerator(seed: 3)
        let secret = Array(generator.text(48, from: "abcdefghijklmnopqrstuvwxyz0123456789").utf8)
        key = HMACKey(SecretBytes(secret.span), hash: .sha256)
        _ = folder.write("secret", secret)
        let policy = "version: 1\nname: stage\nrules:\n\(setting.rules)\(setting.policy)"
        _ = folder.write("policy.yaml", Array(policy.utf8), mode: 0o644)
        let text = """
            version: 1
            listen: [{address: "127.0.0.1:18443"}]
            workers: 1
            issuers: [{issuer: idp, algorithms: [HS256], secret_file: secret, audiences: [louver]\(setting.issuer)}]
            routes: [{path: /mcp, upstream: up, policy: policy.yaml}]
            logs: {level: error, access: "off"}
            upstreams:
              up:
                url: "http://127.0.0.1:\(upstream.port)/mcp"
                wire: both
                reissue: \(setting.reissue)
            \(setting.upstream)\(setting.configuration)
            """
        _ = folder.write("louver.yaml", Array(text.utf8), mode: 0o644)
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let faults = Faults()
        let loader = SnapshotLoader(configuration: folder.path + "/louver.yaml", policies: root + "/Policies")
        guard let snapshot = loader.load(faults) else { throw Faulty(text: "\(faults.all.map { "\($0)" })") }
        let shared = try SharedState(snapshot)
        registry = shared.registry
        worker = Worker(snapshot, shared: shared, loop: loop, number: 0)
    }

    /// The configuration of a test is wrong.
    struct Faulty: Error { let text: String }

    /// A client's connection to the worker.
    func connect() throws -> Conversation {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else { throw NeverCame() }
        let near = try Stream(ends[0], on: loop, origin: .downstream, isConnected: true)
        let connection = try DownstreamConnection(near, tls: nil, worker: worker)
        LocalTask.run(on: loop) { await connection.serve() }
        return Conversation(try Stream(ends[1], on: loop, origin: .upstream, isConnected: true))
    }

    /// Sends a request on a connection of its own.
    func ask(_ request: String) async throws -> (head: String, body: String) {
        let client = try connect()
        defer { client.stream.close() }
        try await client.write(request)
        guard let answer = try await client.next() else { throw NeverCame() }
        return answer
    }

    /// A signed token.
    func token(_ claims: String = "", subject: String = "alice", lifetime: Int64 = 600) -> String {
        let now = WallTime.now().nanoseconds / 1_000_000_000
        let body = #"{"iss":"idp","aud":"louver","sub":"\#(subject)","client_id":"tests","iat":\#(now),"exp":\#(now + lifetime)\#(claims)}"#
        let signed = Self.encode(#"{"alg":"HS256","typ":"JWT"}"#) + "." + Self.encode(body)
        return signed + "." + String(decoding: Base64.encode(key.authenticate(Array(signed.utf8).span), .url), as: UTF8.self)
    }

    private static func encode(_ text: String) -> String {
        String(decoding: Base64.encode(Array(text.utf8), .url), as: UTF8.self)
    }

    /// A stateless request. A field set to nil is left out.
    static func post(
        _ token: String?, _ method: String = "tools/call", name: String? = "ok", id: String = "7", params: String = "",
        fields: [String: String?] = [:]
    ) -> String {
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
        let named = name.map { #""name":"\#($0)","arguments":{},"# } ?? ""
        let body = #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(named)\#(params)\#(meta)}}"#
        var lines: [String: String?] = [
            "Host": "127.0.0.1", "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method, "Mcp-Name": name, "Authorization": token.map { "Bearer \($0)" },
            "Content-Length": "\(body.utf8.count)",
        ]
        lines.merge(fields) { $1 }
        return "POST /mcp HTTP/1.1\r\n" + lines.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }.joined() + "\r\n" + body
    }

    /// How often a request was refused for a reason.
    func refusals(_ reason: String) -> Int { registry.value(registry.register(.refusals, Array(reason.utf8))) }

    /// Waits until nothing is under way, and lets go of everything.
    func close() async throws {
        try await loop.until { registry.value(.activeExchanges) == 0 && registry.value(.upstreamBusy) == 0 }
        upstream.close()
        worker.site.retire()
    }
}
