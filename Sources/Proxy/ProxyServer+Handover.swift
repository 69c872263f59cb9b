import Core
import Glibc
import Reactor
import Telemetry

extension ProxyServer {
    /// Starts the program anew with the sockets of this one. It reads its configuration, and when it serves it has this process drain:
    /// until then both take connections, and none waits in a socket that nobody looks at.
    func handOver(_ arguments: [String]) {
        if let running = handover.withLock({ $0 }), !running.hasEnded() {
            return shared.log.event(.warn, "handover_runs", .number("process", Int(running.processID)))
        }
        let sockets = listeningSockets()
        defer { for socket in sockets { close(socket) } }
        do {
            guard sockets.count <= Limits.inheritedSocketsMax else { throw SystemError("handover", E2BIG) }
            let successor = try Successor(arguments, sockets: sockets)
            handover.withLock { $0 = successor }
            shared.log.event(.info, "handover_began", .number("process", Int(successor.processID)), .number("sockets", sockets.count))
        } catch {
            shared.log.event(.error, "handover_failed", .text("error", "\(error)"))
        }
    }

    /// Says so when the successor ended instead of taking over. This process serves on as if nothing had been.
    func reportHandover() {
        guard let running = handover.withLock({ $0 }), running.hasEnded() else { return }
        handover.withLock { $0 = nil }
        shared.registry.add(.handoversFailed)
        shared.log.event(.error, "handover_failed", .text("remedy", "the new process could not start: it says why on standard error"))
    }

    /// Whether a successor serves already. The supervisor is told who it is.
    func relieved() -> Bool {
        guard let running = handover.withLock({ $0 }), !running.hasEnded() else { return false }
        supervisor?.handedOver(to: running.processID)
        shared.log.event(.info, "handed_over", .number("process", Int(running.processID)))
        admin.submit { $0.stopListening() }
        return true
    }

    /// Descriptors of all sockets that are listened on.
    private func listeningSockets() -> [Int32] {
        let found = Lock<[Int32]>([])
        for worker in workers { try? Self.wait(worker) { worker in found.withLock { $0 += worker.listeningSockets() } } }
        try? Self.wait(admin) { admin in found.withLock { $0 += admin.listeningSockets() } }
        return found.withLock { $0 }
    }
}
