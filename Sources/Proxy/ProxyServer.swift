import Configuration
import Core
import Glibc
import Reactor
import Synchronization
import Telemetry

/// The whole program at work: a loop and a worker for each core, one loop for the admin listener, and the signals that steer them.
public final class ProxyServer: Sendable {
    private let workers: [LoopBound<Worker>]
    private let admin: LoopBound<AdminServer>
    private let shared: SharedState
    private let snapshot: Lock<Snapshot>
    private let load: @Sendable () -> Loaded
    private let health: Health

    /// What loading a configuration gives.
    public enum Loaded: Sendable {
        /// It can be put in force.
        case snapshot(Snapshot)
        /// It cannot; every fault, as text with place and remedy.
        case faults([String])
    }

    /// Serves until a signal says otherwise, and answers the process's exit status: 0 after a drain, 1 when it cannot start, 2 for a
    /// faulty configuration.
    ///
    /// Must be called on the main thread before any other thread exists.
    ///
    /// - Parameter load: reads the configuration and everything it names; called at start and for each reload.
    public static func run(_ load: @escaping @Sendable () -> Loaded) -> Int32 {
        Signals.block()
        ProcessHardening.apply()
        ProcessHardening.raiseDescriptorLimit()
        switch load() {
        case .faults(let faults):
            for fault in faults { StandardError.write(fault + "\n") }
            return 2
        case .snapshot(let snapshot):
            do {
                let server = try ProxyServer(snapshot, load: load)
                return server.serve()
            } catch {
                StandardError.write("louver: \(error)\n")
                return 1
            }
        }
    }

    private init(_ first: Snapshot, load: @escaping @Sendable () -> Loaded) throws {
        self.load = load
        snapshot = Lock(first)
        health = Health()
        let health = health
        let shared = try SharedState(first)
        self.shared = shared
        var workers: [LoopBound<Worker>] = []
        for number in 0..<first.options.workerCount(cores: LoopThread.coreCount) {
            let loop = try EventLoop()
            let worker = LoopBound(loop) { loop in Worker(first, shared: shared, loop: loop) }
            try LoopThread.start(loop, name: "louver-\(number)", keeping: worker)
            workers.append(worker)
        }
        self.workers = workers
        let loop = try EventLoop()
        admin = LoopBound(loop) { loop in AdminServer(shared: shared, health: health, loop: loop) }
        try LoopThread.start(loop, name: "louver-admin", keeping: admin)
        try bind(first)
    }

    // MARK: Starting

    /// Binds every address on every loop before anything is said to be ready: a taken port fails the start.
    private func bind(_ snapshot: Snapshot) throws {
        for endpoint in snapshot.options.listeners.map(\.address) + [snapshot.options.admin].compactMap(\.self) {
            try Self.requireFree(endpoint)
        }
        for listener in snapshot.options.listeners {
            let address = try Self.address(listener.address)
            for worker in workers {
                try Self.wait(worker) { worker in try worker.listen(address, as: listener.address, isSecure: listener.tls != nil) }
            }
        }
        if let address = snapshot.options.admin {
            let at = try Self.address(address)
            try Self.wait(admin) { try $0.listen(at) }
        }
    }

    private static func address(_ endpoint: Endpoint) throws -> SocketAddress {
        guard let address = SocketAddress(numeric: endpoint.host, port: endpoint.port) else {
            throw StartFailure(text: "`\(endpoint.host)` is not a numeric address to listen on")
        }
        return address
    }

    private static func requireFree(_ endpoint: Endpoint) throws {
        do { try Listener.requireFree(try address(endpoint)) } catch let error as SystemError {
            throw StartFailure(text: "cannot listen on \(endpoint): \(error)")
        }
    }

    /// Runs `body` on a loop and waits for it. Only for the main thread, at start.
    private static func wait<Value>(_ bound: LoopBound<Value>, _ body: @escaping @Sendable (Value) throws -> Void) throws {
        let done = Lock<Result<Void, StartFailure>?>(nil)
        bound.submit { value in
            let result = Result { try body(value) }.mapError { StartFailure(text: "\($0)") }
            done.withLock { $0 = result }
        }
        while true {
            if let result = done.withLock({ $0 }) { return try result.get() }
            usleep(1_000)
        }
    }

    // MARK: Steering

    private func serve() -> Int32 {
        health.state.store(.ready)
        announce()
        while true {
            switch Signals.next() {
            case .reload: reload()
            case .drain: return drain()
            }
        }
    }

    private func announce() {
        let options = snapshot.withLock { $0 }.options
        for listener in options.listeners {
            shared.log.event(.info, "listening", .text("address", "\(listener.address)"), .flag("tls", listener.tls != nil))
        }
        if let admin = options.admin { shared.log.event(.info, "admin_listening", .text("address", "\(admin)")) }
        for warning in snapshot.withLock({ $0 }).warnings { shared.log.event(.warn, "configuration_warning", .text("text", warning)) }
        shared.log.event(.info, "ready", .number("workers", workers.count))
    }

    private func reload() {
        shared.reopenLogs()
        switch load() {
        case .faults(let faults):
            shared.registry.add(.reloadsRefused)
            health.reloadFault.withLock { $0 = faults.first ?? "" }
            for fault in faults { shared.log.event(.error, "reload_refused", .text("fault", fault)) }
        case .snapshot(let fresh):
            let listeners = snapshot.withLock { $0 }.options.listeners.map(\.address)
            if listeners != fresh.options.listeners.map(\.address) {
                shared.log.event(.warn, "listeners_unchanged", .text("remedy", "addresses to listen on change only with a restart"))
            }
            snapshot.withLock { $0 = fresh }
            shared.publish(fresh)
            for worker in workers { worker.submit { $0.install(fresh) } }
            shared.registry.add(.reloadsApplied)
            health.reloadFault.withLock { $0 = "" }
            shared.log.event(.info, "reload_applied", .number("version", Int(fresh.version)))
        }
    }

    private func drain() -> Int32 {
        health.state.store(.draining)
        shared.log.event(.info, "draining")
        for worker in workers { worker.submit { $0.drain() } }
        let limit = Instant.now() + snapshot.withLock { $0 }.options.limits.drainTimeout
        while shared.registry.value(.clientConnections) > 0, Instant.now() < limit { usleep(10_000) }
        let left = shared.registry.value(.clientConnections)
        if left > 0 {
            shared.log.event(.warn, "drain_timeout", .number("connections", left))
            for worker in workers { worker.submit { $0.abandon() } }
            usleep(200_000)
        }
        shared.log.event(.info, "stopped")
        shared.flushLogs()
        return 0
    }
}

/// Why the server cannot start.
struct StartFailure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
