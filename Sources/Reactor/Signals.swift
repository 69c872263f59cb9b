import Glibc

/// The signals that steer the process, taken by one thread that waits for them; no handler ever runs.
public enum Signals {
    /// What an operator asks for by a signal.
    public enum Request: Sendable {
        /// SIGTERM or SIGINT: finish what runs and end.
        case drain
        /// SIGHUP: read the configuration again.
        case reload
    }

    /// Blocks the steering signals in this thread and in every thread it starts later, and ignores SIGPIPE. Called first, on the main
    /// thread.
    public static func block() {
        var set = steering()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next request.
    public static func next() -> Request {
        var set = steering()
        while true {
            var number: Int32 = 0
            if sigwait(&set, &number) == 0 { return number == SIGHUP ? .reload : .drain }
        }
    }

    private static func steering() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        return set
    }
}
