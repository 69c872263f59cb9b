import Configuration
import Core
import Glibc
import Redaction
import YAML

/// `louver redact`.
enum RedactCommand {
    static let command = Command(
        name: "redact", summary: "take secrets out of files or a pipe", operands: "[FILE...]",
        flags: [
            Flag("--detectors", value: "FILE", "use these detectors instead of the shipped ones (may come more than once)"),
            Flag("--tenant-key", value: "FILE", "the key behind placeholders, so that they are equal from run to run"),
            Flag("--report", "say on standard error how many values of which kind were replaced"), .policies,
        ],
        text: """
            The same engine that scrubs replies in `louver run`, over text: logs, dumps, tickets. Only the secret is replaced, the rest is
            written as it came. Equal secrets get equal placeholders within a run. `-` is standard input; without files it is read too.
            """,
        examples: [
            ("louver redact task.log > task.clean.log", "a file"),
            ("kubectl logs airflow-worker-0 -f | louver redact", "a pipe, line by line as it comes"),
            ("louver redact --report *.log > /dev/null", "what is in there?"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let faults = Faults()
        guard let engine = engine(arguments, faults) else {
            FaultReport.write(faults, terminal)
            return .usage
        }
        var total = RedactionTotal()
        var status = ExitCode.success
        for file in arguments.operands.isEmpty ? ["-"] : arguments.operands {
            let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                terminal.fault("louver redact: \(Fault.quote(file)) cannot be opened: \(String(cString: strerror(errno)).lowercased())")
                status = .failure
                continue
            }
            defer { if descriptor != STDIN_FILENO { close(descriptor) } }
            // A scrubber for each file: what is open at the end of one does not go on in the next.
            let scrubber = TextScrubber(engine)
            if !copy(descriptor, through: scrubber, terminal, name: file) { return .failure }
            total.add(scrubber.report)
        }
        if arguments.has("--report") { total.write(terminal) }
        return status
    }

    private static func engine(_ arguments: Arguments, _ faults: Faults) -> RedactionEngine? {
        let detectors = arguments.all("--detectors")
        var directory: String?
        if detectors == nil {
            do {
                directory = try PoliciesDirectory.find(
                    explicit: arguments.value("--policies"), environment: Environment.value("LOUVER_POLICIES"),
                    executable: PoliciesDirectory.executablePath())
            } catch {
                faults.add("louver redact", nil, error.detail)
                return nil
            }
        }
        return RedactionLoader(policies: directory, faults: faults).engine(files: detectors, tenantKeyFile: arguments.value("--tenant-key"))
    }

    /// Scrubs one text; false when it cannot be read or nobody takes what is written.
    private static func copy(_ descriptor: Int32, through scrubber: TextScrubber, _ terminal: Terminal, name: String) -> Bool {
        var input = ByteBuffer(capacity: chunkBytes)
        var output = ByteBuffer()
        while true {
            let count = Descriptor.read(descriptor, into: &input, atMost: chunkBytes)
            if count < 0 {
                terminal.fault("louver redact: \(Fault.quote(name)) cannot be read: \(String(cString: strerror(errno)).lowercased())")
                return false
            }
            scrubber.push(input.readable, into: &output)
            input.clear()
            // What comes in small pieces comes from somebody who is watched: show at once what is decided.
            if count == 0 { scrubber.finish(into: &output) } else if count < chunkBytes { scrubber.settle(into: &output) }
            if !Descriptor.write(output.readable, to: STDOUT_FILENO) { return false }
            output.clear()
            if count == 0 { return true }
        }
    }

    private static let chunkBytes = 64 * 1_024
}
