import Core
import Glibc
import Redaction
import YAML

/// One run of `louver redact` over its files.
struct RedactionRun {
    private let engine: RedactionEngine
    private let arguments: Arguments
    private let terminal: Terminal
    private var total = RedactionTotal()

    init(_ engine: RedactionEngine, _ arguments: Arguments, _ terminal: Terminal) {
        self.engine = engine
        self.arguments = arguments
        self.terminal = terminal
    }

    /// Scrubs one file after the other; `-` is standard input.
    mutating func run(_ files: [String]) -> ExitCode {
        var status = ExitCode.success
        for file in files {
            let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                complain(file, "opened")
                status = .failure
                continue
            }
            defer { if descriptor != STDIN_FILENO { close(descriptor) } }
            if !arguments.has("--explain"), isOutput(descriptor) {
                terminal.fault("louver redact: \(Fault.quote(file)) is what is written to, too", remedy: "write to another file")
                status = .failure
                continue
            }
            switch scrub(descriptor, file) {
            case .written: continue
            case .unread: status = .failure
            case .untaken: return .failure
            }
        }
        let isAsked = arguments.has("--report") || arguments.has("--json")
        if isAsked || (terminal.isErrorTerminal && !arguments.has("--quiet")) {
            if arguments.has("--json") { total.writeJSON(terminal) } else { total.write(terminal) }
        }
        return status
    }

    /// Whether a file is the one that the shell opened for the output: reading it would never end, or it was emptied.
    private func isOutput(_ descriptor: Int32) -> Bool {
        var input = stat()
        var output = stat()
        guard fstat(descriptor, &input) == 0, fstat(terminal.outputDescriptor, &output) == 0 else { return false }
        return input.st_mode & S_IFMT == S_IFREG && input.st_dev == output.st_dev && input.st_ino == output.st_ino
    }

    private enum Outcome {
        case written
        /// It cannot be read; other files may be.
        case unread
        /// Nobody takes what is written.
        case untaken
    }

    /// Scrubs one file.
    private mutating func scrub(_ descriptor: Int32, _ file: String) -> Outcome {
        // A scrubber for each file: what is open at the end of one does not go on in the next.
        let text: RedactedText =
            if arguments.has("--ndjson") { .records(RecordScrubber(engine)) } else if engine.hygiene == .off {
                .plain(TextScrubber(engine))
            } else {
                .tidy(TextScrubber(engine), TextHygiene())
            }
        text.allow(now: .now())
        let isQuiet = arguments.has("--quiet") || !terminal.canRedraw || terminal.isOutputTerminal
        var progress = isQuiet ? nil : ProgressBar(descriptor, file)
        if progress != nil { BarRemoval.install() }
        let isExplaining = arguments.has("--explain")
        if isExplaining {
            let report = DiscoveryReport(file, isJSON: arguments.has("--json"), terminal)
            text.explain { report.write($0) }
        }
        var input = ByteBuffer(capacity: Self.chunkBytes)
        var output = ByteBuffer()
        defer { progress?.clear(terminal) }
        while true {
            let count = Descriptor.read(descriptor, into: &input, atMost: Self.chunkBytes)
            if count < 0 {
                complain(file, "read")
                return .unread
            }
            text.push(input.readable, into: &output)
            input.clear()
            // What comes in small pieces comes from somebody who is watched: show at once what is decided.
            if count == 0 { text.finish(into: &output) } else if count < Self.chunkBytes { text.settle(into: &output) }
            if !isExplaining, !Descriptor.write(output.readable, to: terminal.outputDescriptor) {
                // A reader that has seen enough closes its end.
                if errno != EPIPE { terminal.fault("louver redact: the output cannot be written: \(Self.reason())") }
                return .untaken
            }
            output.clear()
            progress?.advance(by: count, now: .now(), terminal)
            if count == 0 { break }
        }
        total.add(text)
        return .written
    }

    private func complain(_ file: String, _ verb: String) {
        terminal.fault("louver redact: \(Fault.quote(file)) cannot be \(verb): \(Self.reason())")
    }

    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }

    private static let chunkBytes = 64 * 1_024
}
