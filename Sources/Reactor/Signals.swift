import Core
import Glibc

/// The signals that steer the process, taken by one thread that waits for them; no handler ever runs.
public enum Signals {
    /// What an operator asks for by a signal.
    public enum Request: Sendable {
        /// SIGTERM or SIGINT: finish what runs and end.
        case drain
        /// SIGHUP: read the configuration again.
        case reload
        /// SIGUSR2: start the program anew and hand everything over to it.
        case handOver
    }

    /// Blocks the steering signals in this thread and in every thread it starts later, and ignores SIGPIPE. Called first, on the main
    /// thread.
    public static func block() {
        var set = steering()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next request, at most for `span`; nil when none came in that time. Without a span it waits for ever.
    public static func next(within span: Duration? = nil) -> Request? {
        var set = steering()
        guard let span else {
            while true {
                var number: Int32 = 0
                if sigwait(&set, &number) == 0 { return request(number) }
            }
        }
        let nanoseconds = span.nanosecondsClamped
        var wait = timespec(tv_sec: Int(clamping: nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        let number = sigtimedwait(&set, nil, &wait)
        return number > 0 ? request(number) : nil
    }

    private static func request(_ number: Int32) -> Request {
        switch number {
        case SIGHUP: .reload
        case SIGUSR2: .handOver
        default: .drain
        }
    }

    private static func steering() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR2] { sigaddset(&set, number) }
        return set
    }
}
