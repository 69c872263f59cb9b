import Configuration
import Core
import MCP
import Reactor
import TLS
import Telemetry

/// Asks a server from the command line which tools it has, as `louver run` would ask it.
public enum ServerInquiry {
    /// Why there is no answer, in words.
    public struct Failed: Error {
        /// What happened.
        public let text: String
    }

    /// The tools a server lists, over all pages. Blocks; must be called on a thread without a loop.
    ///
    /// - Parameters:
    ///   - authority: a PEM file of authorities to trust in place of the system's; for `https` only.
    ///   - authorization: the value of the Authorization field, or nil for none.
    public static func tools(of url: ServerURL, authority: String? = nil, authorization: [UInt8]?) throws(Failed) -> [ToolDefinition] {
        let target = try target(url, authority)
        let asked = OwnLoop.run(orElse: Failure(.louver, "unexpected")) { loop in await ask(target, authorization, loop) }
        switch asked {
        case .success(let answer): return try answer.get()
        case .failure(let failure): throw Failed(text: failure.detail)
        }
    }

    private static func target(_ url: ServerURL, _ authority: String?) throws(Failed) -> UpstreamTarget {
        var context: TLSContext?
        if url.isSecure {
            do { context = try TLSContext.client(TLSClientOptions(caFile: authority, certificateFile: nil, keyFile: nil)) } catch {
                throw Failed(text: "TLS cannot be set up: \(error.detail)")
            }
        }
        return UpstreamTarget(
            name: "server", host: url.host, port: url.port, path: Array((url.path.isEmpty ? "/" : url.path).utf8),
            authority: Array(url.authority.utf8), tls: context, serverName: url.host, connectionsMax: 2, idleTimeout: .seconds(5),
            connectTimeout: .seconds(10))
    }

    private static func ask(
        _ target: UpstreamTarget, _ authorization: [UInt8]?, _ loop: EventLoop
    ) async -> Result<[ToolDefinition], Failed> {
        let registry = Registry()
        let gauges = UpstreamGauges(registry.makeShard(), UpstreamHealth(Array("server".utf8), registry: registry))
        let upstream = HTTPUpstream(target, loop: loop, gauges: gauges)
        defer { upstream.retire() }
        let deadline = loop.now + .seconds(30)
        do {
            let versions = try await Discovery.ask(upstream, authorization, deadline: deadline)
            let isModern = !versions.isDisjoint(with: .modern)
            let inquiry = ToolInquiry(upstream: upstream, credential: authorization, isModern: isModern, deadline: deadline)
            return .success(try await inquiry.tools())
        } catch let failure as Failure {
            return .failure(Failed(text: "\(failure.reason)\(failure.detail.isEmpty ? "" : ": \(failure.detail)")"))
        } catch { return .failure(Failed(text: "\(error)")) }
    }
}
