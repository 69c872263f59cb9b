import Core
import Glibc
import Reactor

/// A loop for one piece of work that a thread without a loop waits for: what the command line asks of servers, stores and issuers.
enum OwnLoop {
    /// Runs `body` on a loop and a thread of its own, and blocks until it is done.
    ///
    /// - Parameter unexpected: what an error is told as that is no `Failure`.
    static func run<Value: Sendable>(
        orElse unexpected: Failure, _ body: @escaping @Sendable (EventLoop) async throws -> Value
    ) -> Result<Value, Failure> {
        guard let loop = try? EventLoop() else { return .failure(Failure(.louver, "no_loop", detail: "no event loop could be made")) }
        let result = Lock<Result<Value, Failure>?>(nil)
        loop.submit {
            LocalTask.run(on: loop) {
                let outcome: Result<Value, Failure>
                do {
                    outcome = .success(try await body(loop))
                } catch {
                    outcome = .failure(error as? Failure ?? unexpected)
                }
                result.withLock { $0 = outcome }
            }
        }
        guard (try? LoopThread.start(loop, name: "louver-inquiry")) != nil else {
            return .failure(Failure(.louver, "no_thread", detail: "no thread could be started"))
        }
        defer { loop.stop() }
        while true {
            if let outcome = result.withLock({ $0 }) { return outcome }
            usleep(1_000)
        }
    }
}
