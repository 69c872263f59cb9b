import Core
import Glibc

/// Lines as they are, to standard output, standard error or a file.
final class DestinationSink: LineSink {
    let name: String
    let patienceMilliseconds: Int32 = -1
    private let destination: LineDestination
    private let output: Lock<Int32>

    /// Throws when a file cannot be opened; the failure names it and says why.
    init(_ destination: LineDestination) throws(Failure) {
        self.destination = destination
        name = destination.description
        let opened = LineFile.open(destination)
        guard opened >= 0 else {
            throw Failure(.louver, "log_open", detail: "cannot open the log \(destination): \(String(cString: strerror(errno)))")
        }
        output = Lock(opened)
    }

    func write(_ lines: Span<UInt8>, isClosing: () -> Bool) -> Int {
        let done = LineFile.write(lines, to: output.withLock { $0 }, isClosing: isClosing)
        return LineFile.lines(in: lines.extracting(droppingFirst: done))
    }

    func reopen() {
        guard case .file = destination else { return }
        let fresh = LineFile.open(destination)
        guard fresh >= 0 else { return }
        let old = output.withLock { current in
            defer { current = fresh }
            return current
        }
        Glibc.close(old)
    }

    func close() -> Int {
        if case .file = destination { Glibc.close(output.withLock { $0 }) }
        return 0
    }
}
