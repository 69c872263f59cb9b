import Configuration
import Core
import Glibc
import Reactor
import Synchronization
import Telemetry

/// The whole program at work: a loop and a worker for each core, one loop for the admin listener, and the signals that steer them.
public final class ProxyServer: Sendable {
    let workers: [LoopBound<Worker>]
    let admin: LoopBound<AdminServer>
    private let keys: LoopBound<JWKSClient>
    private let exporter: LoopBound<TraceExporter>
    private let memory: LoopBound<MemoryWatch>
    private let allowances: LoopBound<AllowanceWatch>
    let shared: SharedState
    private let snapshot: Lock<Snapshot>
    private let load: @Sendable () -> Loaded
    private let hasChanged: @Sendable () -> Bool
    let handover: Lock<Successor?>
    private let health: Health
    let supervisor: Supervisor?
    private let pulse: Pulse?

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
    /// - Parameters:
    ///   - environment: reads a variable of the environment.
    ///   - arguments: what the process was started with, its program first: for a successor.
    ///   - hasChanged: whether a file that `load` read has changed since.
    ///   - load: reads the configuration and everything it names; called at start and for each reload.
    public static func run(
        environment: (String) -> String?, arguments: [String], hasChanged: @escaping @Sendable () -> Bool,
        _ load: @escaping @Sendable () -> Loaded
    ) -> Int32 {
        Signals.block()
        let hardening = ProcessHardening.apply()
        switch load() {
        case .faults(let faults):
            for fault in faults { StandardError.write(fault + "\n") }
            return 2
        case .snapshot(let snapshot):
            do {
                let surroundings = try Surroundings(hardening, environment)
                if snapshot.options.hardening == .require, !hardening.refused.isEmpty {
                    let refused = hardening.refused.map { "\($0)" }.joined(separator: ", ")
                    throw StartFailure(text: "`hardening: require` is configured, and the kernel does not grant: \(refused)")
                }
                let server = try ProxyServer(snapshot, surroundings, hasChanged: hasChanged, load: load)
                server.announce(surroundings)
                return server.serve(arguments, after: Successor.predecessor(environment))
            } catch {
                StandardError.write("louver: \((error as? Failure)?.detail ?? "\(error)")\n")
                return 1
            }
        }
    }

    private init(
        _ first: Snapshot, _ surroundings: Surroundings, hasChanged: @escaping @Sendable () -> Bool,
        load: @escaping @Sendable () -> Loaded
    ) throws {
        self.load = load
        self.hasChanged = hasChanged
        handover = Lock(nil)
        snapshot = Lock(first)
        health = Health()
        let health = health
        let shared = try SharedState(first)
        self.shared = shared
        var workers: [LoopBound<Worker>] = []
        for number in 0..<first.options.workerCount(cores: LoopThread.coreCount) {
            let loop = try EventLoop()
            let worker = LoopBound(loop) { loop in Worker(first, shared: shared, loop: loop, number: number) }
            try LoopThread.start(loop, name: "louver-\(number)", keeping: worker)
            workers.append(worker)
        }
        self.workers = workers
        let loop = try EventLoop()
        let supervisor = surroundings.supervisor
        self.supervisor = supervisor
        pulse = supervisor?.watchdog.map { Pulse(period: $0, loops: workers.map(\.loop) + [loop]) { supervisor?.beat() } }
        admin = LoopBound(loop) { loop in AdminServer(shared: shared, health: health, loop: loop) }
        admin.submit { $0.install(first) }
        let all = workers
        let keys = LoopBound(loop) { loop in
            JWKSClient(shared: shared, loop: loop) { for worker in all { worker.submit { $0.keysFetched() } } }
        }
        self.keys = keys
        exporter = LoopBound(loop) { loop in TraceExporter(shared: shared, loop: loop) }
        exporter.submit { $0.install(first.tracing) }
        memory = LoopBound(loop) { loop in MemoryWatch(shared.pressure, log: shared.log, loop: loop) }
        memory.submit { $0.install(first.options.limits.memoryBytes) }
        allowances = LoopBound(loop) { loop in AllowanceWatch(log: shared.log, loop: loop) }
        allowances.submit { $0.install(first) }
        shared.issuerKeys.connect { source in keys.submit { $0.noteUnknownKey(source) } }
        keys.submit { $0.install(first.keySources) }
        try LoopThread.start(loop, name: "louver-admin", keeping: admin)
        try bind(first, surroundings.inherited)
    }

    // MARK: Starting

    /// Binds every address on every loop before anything is said to be ready: a taken port fails the start. Where a socket was handed over
    /// for an address, the loops share it.
    private func bind(_ snapshot: Snapshot, _ inherited: InheritedSockets) throws {
        let endpoints = snapshot.options.listeners.map(\.address) + [snapshot.options.admin].compactMap(\.self)
        let addresses = try endpoints.map(Self.address)
        if let stranger = inherited.stranger(to: addresses) {
            throw StartFailure(
                text: "a socket at \(stranger) was handed over, but neither `listen` nor `admin` names that address: "
                    + "its clients would wait for ever")
        }
        for (endpoint, address) in zip(endpoints, addresses) where inherited.sockets(at: address).isEmpty { try Self.requireFree(endpoint) }
        for (listener, address) in zip(snapshot.options.listeners, addresses) {
            let shared = inherited.sockets(at: address)
            // Of a predecessor's sockets, one for each of its loops, every one must be listened on: connections wait in each of them.
            for number in 0..<max(workers.count, shared.count) {
                let socket = shared.isEmpty ? nil : shared[number % shared.count]
                try Self.wait(workers[number % workers.count]) {
                    try $0.listen(address, sharing: socket, as: listener.address, isSecure: listener.tls != nil)
                }
            }
        }
        if snapshot.options.admin != nil, let address = addresses.last {
            let shared = inherited.sockets(at: address).first
            try Self.wait(admin) { try $0.listen(address, sharing: shared) }
        }
        inherited.close()
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

    /// Runs `body` on a loop and waits for it. Only for the main thread.
    static func wait<Value>(_ bound: LoopBound<Value>, _ body: @escaping @Sendable (Value) throws -> Void) throws {
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

    private func serve(_ arguments: [String], after predecessor: Int32?) -> Int32 {
        health.state.store(.ready)
        shared.log.event(.info, "ready", .number("workers", workers.count))
        supervisor?.ready()
        if let predecessor { Successor.relieve(predecessor) }
        while true {
            switch Signals.next(within: min(pulse?.interval ?? Limits.watchEvery, Limits.watchEvery)) {
            case .handOver: handOver(arguments)
            case .reload: reloadSupervised()
            case .drain: return drain()
            case nil:
                beat()
                reportHandover()
                if snapshot.withLock({ $0.options.watchesFiles }), hasChanged() {
                    shared.log.event(.info, "files_changed")
                    reloadSupervised()
                }
            }
        }
    }

    private func reloadSupervised() {
        supervisor?.reloading()
        reload()
        supervisor?.ready()
        if !health.reloadFault.withLock(\.isEmpty) { supervisor?.status("Serving; the last reload was refused, see the log.") }
    }

    private func beat() {
        if let pulse, !pulse.tick() { shared.log.event(.error, "loop_silent", .text("remedy", "the watchdog ends this process soon")) }
    }

    private func announce(_ surroundings: Surroundings) {
        let options = snapshot.withLock { $0 }.options
        let hardening = surroundings.hardening
        if hardening.refused.isEmpty {
            shared.log.event(.info, "process_hardened", .number("descriptors", hardening.descriptors))
        } else {
            let refused = hardening.refused.map { "\($0)" }.joined(separator: " ")
            shared.log.event(.warn, "process_not_hardened", .text("refused", refused), .number("descriptors", hardening.descriptors))
        }
        if hardening.descriptors > 0, hardening.descriptors < options.limits.connections {
            shared.log.event(
                .warn, "descriptors_few", .number("descriptors", hardening.descriptors), .number("connections", options.limits.connections),
                .text("remedy", "raise the hard limit (LimitNOFILE=, ulimit -Hn), or lower `limits.connections`"))
        }
        if !surroundings.supervisorFault.isEmpty {
            shared.log.event(.warn, "supervisor_unreachable", .text("fault", surroundings.supervisorFault))
        }
        for listener in options.listeners {
            shared.log.event(.info, "listening", .text("address", "\(listener.address)"), .flag("tls", listener.tls != nil))
        }
        if let admin = options.admin { shared.log.event(.info, "admin_listening", .text("address", "\(admin)")) }
        for warning in snapshot.withLock({ $0 }).warnings { shared.log.event(.warn, "configuration_warning", .text("text", warning)) }
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
            admin.submit { $0.install(fresh) }
            keys.submit { $0.install(fresh.keySources) }
            exporter.submit { $0.install(fresh.tracing) }
            memory.submit { $0.install(fresh.options.limits.memoryBytes) }
            allowances.submit { $0.install(fresh) }
            shared.registry.add(.reloadsApplied)
            health.reloadFault.withLock { $0 = "" }
            shared.log.event(.info, "reload_applied", .number("version", Int(fresh.version)))
        }
    }

    private func drain() -> Int32 {
        health.state.store(.draining)
        shared.log.event(.info, "draining")
        let isHandedOver = relieved()
        for worker in workers { worker.submit { $0.drain(gently: isHandedOver) } }
        let timeout = snapshot.withLock { $0 }.options.limits.drainTimeout
        supervisor?.stopping(within: timeout + .seconds(5))
        let limit = Instant.now() + timeout
        var nextBeat = Instant.now()
        while shared.registry.value(.clientConnections) > 0, Instant.now() < limit {
            usleep(10_000)
            if let pulse, Instant.now() >= nextBeat {
                beat()
                nextBeat = Instant.now() + pulse.interval
            }
        }
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
