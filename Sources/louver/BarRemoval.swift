import Glibc

/// Takes a progress bar off the screen before a signal ends the program, as it would have done without.
enum BarRemoval {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// From now on. Signals that whoever started the program ignores stay ignored.
    static func install() {
        for number in signals {
            var current = sigaction()
            // 1 is SIG_IGN, a macro that Swift cannot compare with.
            guard sigaction(number, nil, &current) == 0, unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) != 1 else {
                continue
            }
            signal(number) { number in
                // Nothing but what a handler may do.
                let clear: StaticString = "\r\u{1B}[K"
                _ = write(STDERR_FILENO, clear.utf8Start, clear.utf8CodeUnitCount)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
