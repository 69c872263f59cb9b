import Configuration
import Core
import Glibc
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
        let answer = Lock<Result<[ToolDefinition], Failed>?>(nil)
        do {
            let loop = try EventLoop()
            let bound = LoopBound(loop) { loop in Asking(target, loop) }
            try LoopThread.start(loop, name: "louver-inquiry", keeping: bound)
            bound.submit { asking in
                asking.run(authorization) { result in answer.withLock { $0 = result } }
            }
            while true {
                if let result = answer.withLock({ $0 }) { return try result.get() }
                usleep(2_000)
            }
        } catch let failure as Failed { throw failure } catch { throw Failed(text: "\(error)") }
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

    /// What asks, on its loop.
    private final class Asking {
        private let upstream: HTTPUpstream
        private let loop: EventLoop
        private let registry = Registry()

        init(_ target: UpstreamTarget, _ loop: EventLoop) {
            self.loop = loop
            let gauges = UpstreamGauges(registry.makeShard(), UpstreamHealth(Array("server".utf8), registry: registry))
            upstream = HTTPUpstream(target, loop: loop, gauges: gauges)
        }

        func run(_ authorization: [UInt8]?, _ done: @escaping (Result<[ToolDefinition], Failed>) -> Void) {
            LocalTask.run(on: loop) { await self.ask(authorization, done) }
        }

        private func ask(_ authorization: [UInt8]?, _ done: (Result<[ToolDefinition], Failed>) -> Void) async {
            let deadline = loop.now + .seconds(30)
            do {
                let versions = try await Discovery.ask(upstream, authorization, deadline: deadline)
                let isModern = !versions.isDisjoint(with: .modern)
                let inquiry = ToolInquiry(upstream: upstream, credential: authorization, isModern: isModern, deadline: deadline)
                done(.success(try await inquiry.tools()))
            } catch let failure as Failure {
                done(.failure(Failed(text: "\(failure.reason)\(failure.detail.isEmpty ? "" : ": \(failure.detail)")")))
            } catch { done(.failure(Failed(text: "\(error)"))) }
        }
    }
}
