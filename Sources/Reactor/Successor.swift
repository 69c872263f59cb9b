import CLinux
import Core
import Glibc

/// The process that takes over from this one, with its sockets: whoever connects meanwhile waits in their queues, and nobody is refused.
public final class Successor: Sendable {
    /// Its process id.
    public let processID: Int32

    /// Starts the program anew, as it was started, with these listening sockets at descriptors 3 and up.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments. The program is looked up again, so that a new version is found.
    ///   - sockets: stay the caller's.
    public init(_ arguments: [String], sockets: [Int32]) throws(SystemError) {
        precondition(!arguments.isEmpty && sockets.count <= Limits.inheritedSocketsMax, "nothing to start, or too much to hand over")
        var texts = arguments.map { strdup($0) }
        texts.append(nil)
        defer { for text in texts { free(text) } }
        let started = clinux_start_successor(texts, sockets, Int32(sockets.count))
        try Syscall.check("fork", started)
        processID = started
    }

    /// Whether it has ended, which it should not have.
    public func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(processID, &status, WNOHANG) == processID
    }

    /// The process that this one takes over from, if it is its parent: told to end once this one serves.
    ///
    /// - Parameter variable: reads the environment.
    public static func predecessor(_ variable: (String) -> String?) -> Int32? {
        guard let written = variable("LOUVER_PREDECESSOR").flatMap(Int32.init), written > 1, written == getppid() else { return nil }
        return written
    }

    /// Asks a process to let what runs end, and to end.
    public static func relieve(_ processID: Int32) { kill(processID, SIGTERM) }
}
