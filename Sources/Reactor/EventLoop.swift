import CLinux
import Core
import Glibc
import Synchronization

/// What an event loop calls when the kernel reports readiness for a descriptor it watches.
protocol ReadinessTarget: AnyObject {
    func becameReady(_ events: UInt32)
}

/// One thread's event loop: epoll, a timer wheel and an inbox, and at the same time the executor of every task that lives on it.
///
/// Being a `SerialExecutor` *and* a `TaskExecutor` keeps a resumed task on its thread: a resumption is an append to `ready`, without a
/// lock and without a system call. Everything but `submit`, `enqueue` and `stop` belongs to the loop's own thread.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private let poll: Int32
    private let inbox: Inbox
    /// The loop's own thread, which `isCurrent` compares on any; 0 before it runs, when it is nobody's.
    private let thread = Atomic<UInt>(0)
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var targets: [Target] = []
    private var freeSlots: [Int] = []
    private var timers: TimerWheel
    private var due: [Timer] = []
    private var isStopping = false
    private var endOfTurn: [() -> Void] = []
    /// Jobs of this turn behind the one that runs.
    private var jobsLeft = 0
    /// Until when it polls where it would sleep.
    private var pollUntil = Instant(nanoseconds: 0)

    /// The actor of the tasks that live on this loop. It does not keep the loop alive; whoever runs the loop does.
    private(set) lazy var home = LoopHome(asUnownedSerialExecutor())

    /// The time at the start of this turn of the loop: precise enough for deadlines, and free.
    public private(set) var now: Instant
    /// Time spent on work, and turns taken, since the start: what the busy share is computed from.
    public private(set) var busyNanoseconds: UInt64 = 0

    private struct Target {
        var generation: UInt32
        var object: (any ReadinessTarget)?
    }

    /// Where every read of this loop lands first. A connection then holds only what came, and a thousand silent ones hold no read buffers.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.readChunkBytes, alignment: 64)

    private static let inboxToken = UInt64.max

    /// Makes a loop; `run` is then called once, on the thread that shall be the loop's.
    public init() throws(SystemError) {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        try Syscall.check("epoll_create1", poll)
        inbox = try Inbox()
        now = .now()
        timers = TimerWheel(now: now)
        ready.reserveCapacity(1_024)
        running.reserveCapacity(1_024)
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.inboxToken))
        try Syscall.check("epoll_ctl", epoll_ctl(poll, EPOLL_CTL_ADD, inbox.descriptor, &event))
    }

    deinit {
        close(poll)
        scratch.deallocate()
    }

    // MARK: Running

    /// Runs until `stop`, on the calling thread.
    public func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        inbox.drain { work in accept(work) }
        var events = [epoll_event](repeating: epoll_event(), count: Limits.readyEventsMax)
        var turnStart = Instant.now()
        while !isStopping {
            runReady()
            for hook in endOfTurn { hook() }
            let before = Instant.now()
            busyNanoseconds += before.nanoseconds(since: turnStart)
            let count = events.withUnsafeMutableBufferPointer { wait(for: $0, from: before) }
            now = .now()
            turnStart = now
            if count > 0 { for at in 0..<Int(count) { dispatch(events[at]) } }
            fireTimers()
        }
    }

    /// Lets `run` return after the turn it is in. From any thread.
    public func stop() { submit { self.isStopping = true } }

    /// Runs `work` on the loop. From any thread.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        inbox.post(.work(work))
    }

    /// Runs `hook` at the end of every turn, before the loop waits: where output gathered during a turn is handed on.
    public func atEndOfTurn(_ hook: @escaping () -> Void) { endOfTurn.append(hook) }

    /// Whether the caller runs on this loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    private func runReady() {
        // Work that makes work is run too, but only so often before the kernel is asked again: a task that never waits must not starve
        // sockets.
        var rounds = 0
        while !ready.isEmpty, rounds < 16 {
            swap(&ready, &running)
            jobsLeft = running.count
            for job in running {
                jobsLeft -= 1
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            running.removeAll(keepingCapacity: true)
            rounds += 1
        }
    }

    /// Whether something else is to be done in this turn once the task that runs now waits.
    public var hasOtherWork: Bool { jobsLeft > 0 || !ready.isEmpty }

    /// Where the loop would sleep, lets it poll instead, at most until then: for something that is expected within microseconds, of which
    /// the loop would hear later if it had to be woken for it. See `BusyPoll` for when that pays.
    public func poll(until: Instant) { pollUntil = until }

    /// What was polled for has come.
    public func stopPolling() { pollUntil = Instant(nanoseconds: 0) }

    private func wait(for events: UnsafeMutableBufferPointer<epoll_event>, from start: Instant) -> Int32 {
        let patience = waitMilliseconds(start)
        let nextTimer = patience < 0 ? .max : start.nanoseconds + UInt64(patience) * 1_000_000
        let end = Instant(nanoseconds: min(pollUntil.nanoseconds, nextTimer))
        var time = start
        while time < end {
            let count = epoll_wait(poll, events.baseAddress, Int32(events.count), 0)
            if count != 0 { return count }
            time = .now()
        }
        return epoll_wait(poll, events.baseAddress, Int32(events.count), patience)
    }

    private func waitMilliseconds(_ now: Instant) -> Int32 {
        if !ready.isEmpty || isStopping { return 0 }
        guard let wait = timers.nanosecondsToNext(now) else { return -1 }
        return Int32(clamping: wait / 1_000_000 + 1)
    }

    private func dispatch(_ event: epoll_event) {
        let token = event.data.u64
        if token == Self.inboxToken {
            inbox.drain { work in accept(work) }
            return
        }
        // A descriptor closed and reused within this turn carries another generation: its old events are dropped.
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < targets.count, targets[slot].generation == UInt32(token >> 32) else { return }
        targets[slot].object?.becameReady(event.events)
    }

    private func accept(_ work: Inbox.Item) {
        switch work {
        case .job(let job): ready.append(job)
        case .work(let body): body()
        }
    }

    // MARK: Timers

    /// Lets a timer fire once at `deadline`; `.never` only cancels.
    public func schedule(_ timer: Timer, at deadline: Instant) { timers.schedule(timer, at: deadline) }

    /// Takes a timer out of the wheel.
    public func cancel(_ timer: Timer) { timers.cancel(timer) }

    private func fireTimers() {
        timers.takeDue(now, into: &due)
        if due.isEmpty { return }
        let firing = due
        due.removeAll(keepingCapacity: true)
        for timer in firing { timer.fire(now) }
    }

    /// Suspends the calling task for `span`.
    public func sleep(_ span: Duration) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let timer = Timer { _ in continuation.resume() }
            schedule(timer, at: now + span)
        }
    }

    // MARK: Descriptors

    func watch(_ descriptor: Int32, _ events: UInt32, _ object: any ReadinessTarget) throws(SystemError) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = targets.count
            targets.append(Target(generation: 0, object: nil))
        }
        targets[slot].object = object
        var event = epoll_event(events: events, data: epoll_data_t(u64: token(of: slot)))
        if epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0 {
            let code = errno
            release(slot)
            throw SystemError("epoll_ctl", code)
        }
        return slot
    }

    /// Watches a descriptor that is watched for other events; the kernel tells of those that hold already.
    func rewatch(_ descriptor: Int32, _ slot: Int, _ events: UInt32) throws(SystemError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token(of: slot)))
        try Syscall.check("epoll_ctl", epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event))
    }

    private func token(of slot: Int) -> UInt64 { UInt64(targets[slot].generation) << 32 | UInt64(slot) }

    /// Forgets a descriptor, which the caller closes right after; closing takes it out of epoll.
    func release(_ slot: Int) {
        targets[slot].object = nil
        targets[slot].generation &+= 1
        freeSlots.append(slot)
    }

    /// Takes a descriptor that stays open out of epoll.
    func unwatch(_ descriptor: Int32) { epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, nil) }

    // MARK: Executor

    /// Takes a job: on the loop's own thread without any synchronisation, else through the inbox.
    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        if isCurrent { ready.append(unowned) } else { inbox.post(.job(unowned)) }
    }

    /// The loop as an actor's executor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// The loop as a task's preferred executor.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Traps unless called on the loop.
    public func checkIsolated() { precondition(isCurrent, "called off its event loop") }
}
