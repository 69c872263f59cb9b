import Glibc

/// A value behind a pthread mutex, for the few places where loops meet. Held for a handful of instructions, never across a wait.
///
/// Not `Synchronization.Mutex`, which ThreadSanitizer cannot see through.
public final class Lock<Value>: @unchecked Sendable {
    private var mutex = pthread_mutex_t()
    private var value: Value

    /// Makes the lock around a first value.
    public init(_ value: sending Value) {
        self.value = value
        let status = pthread_mutex_init(&mutex, nil)
        precondition(status == 0, "pthread_mutex_init failed")
    }

    deinit { pthread_mutex_destroy(&mutex) }

    /// Runs `body` with the value, alone.
    public func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> sending R) throws(E) -> sending R {
        pthread_mutex_lock(&mutex)
        defer { pthread_mutex_unlock(&mutex) }
        return try body(&value)
    }
}
