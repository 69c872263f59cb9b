import Glibc

/// Opening and writing of what lines go to, without a thread of its own.
public enum LineFile {
    /// Opens a place; negative, with `errno` set, when it cannot be opened. A file is made with mode 0640 when it is absent.
    public static func open(_ destination: LineDestination) -> Int32 {
        switch destination {
        case .standardOutput: STDOUT_FILENO
        case .standardError: STDERR_FILENO
        case .file(let path): Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o640)
        }
    }

    /// What is written at once: eight pages, the largest block that the kernel keeps at hand for each processor. For more it takes larger
    /// blocks, which in a virtual machine often are memory that the host has yet to back: pieces of 256 KiB then cost five times as much.
    private static let pieceBytes = 32 * 1024

    /// Writes bytes, waiting a second at a time for a place that takes none now; answers how many were written.
    public static func write(_ bytes: Span<UInt8>, to output: Int32, isClosing: () -> Bool) -> Int {
        var done = 0
        while done < bytes.count {
            let wanted = min(bytes.count - done, pieceBytes)
            let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress.map { $0 + done }, wanted) }
            if count > 0 {
                done += count
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                var interest = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                poll(&interest, 1, 1_000)
                if isClosing(), interest.revents == 0 { break }
            } else {
                break
            }
        }
        return done
    }

    /// How many lines end in some bytes.
    public static func lines(in bytes: Span<UInt8>) -> Int {
        var count = 0
        for at in 0..<bytes.count where bytes[at] == 0x0A { count += 1 }
        return count
    }
}
