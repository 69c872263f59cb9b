import Core
import Glibc

/// Tells whoever supervises this process where it stands, in systemd's protocol (sd_notify(3)): lines of `KEY=value` in one datagram to a
/// unix socket. Messages are sent without waiting; one that does not fit the socket's queue is lost, as the protocol has it.
public final class Supervisor: Sendable {
    /// How often it wants to hear from this process (sd_watchdog_enabled(3)); nil for never.
    public let watchdog: Duration?
    private let descriptor: Int32
    private let address: SocketAddress

    /// The supervisor that the environment names, or nil without one. `$NOTIFY_SOCKET` is a path, or `@` and an abstract name;
    /// `$WATCHDOG_USEC` counts only where `$WATCHDOG_PID` is absent or names this process. Throws when the socket cannot be used.
    ///
    /// - Parameter variable: reads the environment.
    public static func find(processID: Int32, _ variable: (String) -> String?) throws(SystemError) -> Supervisor? {
        guard let name = variable("NOTIFY_SOCKET"), !name.isEmpty else { return nil }
        let address = name.hasPrefix("@") ? SocketAddress(abstractName: String(name.dropFirst())) : SocketAddress(unixPath: name)
        guard let address, name.hasPrefix("@") || name.hasPrefix("/") else { throw SystemError("NOTIFY_SOCKET", EAFNOSUPPORT) }
        var watchdog: Duration?
        let isMine = variable("WATCHDOG_PID").map { Int32($0) == processID } ?? true
        if isMine, let period = variable("WATCHDOG_USEC").flatMap(Int64.init), period > 0 { watchdog = .microseconds(period) }
        return try Supervisor(address, watchdog: watchdog)
    }

    private init(_ address: SocketAddress, watchdog: Duration?) throws(SystemError) {
        self.address = address
        self.watchdog = watchdog
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try Syscall.check("socket", descriptor)
    }

    deinit { close(descriptor) }

    /// The start is over, or a reload: connections are taken.
    public func ready() { send("READY=1\nSTATUS=Serving.") }

    /// A reload begins; `ready` ends it.
    public func reloading() {
        let now = Instant.now().nanoseconds / 1_000
        send("RELOADING=1\nMONOTONIC_USEC=\(now)\nSTATUS=Reading the configuration again.")
    }

    /// The end begins, and may take as long as `span` without being taken for stuck.
    public func stopping(within span: Duration) {
        send("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(span.nanosecondsClamped / 1_000)\nSTATUS=Letting running calls end.")
    }

    /// Another process serves from now on, and is the one to supervise.
    public func handedOver(to processID: Int32) { send("MAINPID=\(processID)\nSTATUS=Handed over.") }

    /// A sign of life for the watchdog.
    public func beat() { send("WATCHDOG=1") }

    /// What an operator reads in `systemctl status`. Never a secret; one line.
    public func status(_ text: String) { send("STATUS=\(text)") }

    private func send(_ message: String) {
        let bytes = Array(message.utf8)
        let at = descriptor
        _ = address.withPointer { sendto(at, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0, $1) }
    }
}
