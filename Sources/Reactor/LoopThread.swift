import CLinux
import Core
import Glibc

/// A thread with a loop on it.
public enum LoopThread {
    /// Starts a named thread that runs `loop` until it is stopped. Signals stay with the thread that waits for them.
    ///
    /// - Parameter kept: what the loop's hooks and tasks use without holding it; it lives as long as the loop turns.
    public static func start(_ loop: EventLoop, name: String, keeping kept: (any AnyObject & Sendable)? = nil) throws(SystemError) {
        try startThread(name: name) { withExtendedLifetime(kept) { loop.run() } }
    }

    /// Starts a detached thread for work that blocks, such as a name lookup.
    public static func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, threadEntry, box.toOpaque())
        if status != 0 {
            box.release()
            throw SystemError("pthread_create", status)
        }
    }

    /// The cores this process may use.
    public static var coreCount: Int { Int(clinux_core_count()) }

    fileprivate final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}

private func threadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<LoopThread.Body>.fromOpaque(argument).takeRetainedValue()
    clinux_set_thread_name(body.name)
    body.run()
    return nil
}
