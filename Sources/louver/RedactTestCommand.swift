import Configuration
import Glibc
import Redaction
import YAML

/// `louver redact test`.
enum RedactTestCommand {
    static let command = Command(
        name: "redact test", summary: "run the examples written in detector files", operands: "FILE|DIR...",
        flags: [Flag("--verbose", short: "-v", "show examples that pass, too")],
        text: """
            A detector says in `positives` what it must find and in `negatives` what it must leave alone, as templates: `AKIA{A-Z2-7:16}`
            is AKIA and 16 characters of that class, so that no file holds a whole credential. Each is drawn eight times and scrubbed as
            `louver redact` would, with all the detectors that are named: of a directory, every .yaml file in it.

            A faulty file ends the test with status 2, with file, line, column and remedy of every fault.
            """,
        examples: [
            ("louver redact test Policies/detectors", "after a change, in CI"),
            ("louver redact test -v mine.yaml", "one file by itself"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        if arguments.operands.isEmpty {
            terminal.fault(
                "louver redact test: no detector file is named", remedy: "write, for example: louver redact test Policies/detectors")
            return .usage
        }
        let faults = Faults()
        let files = arguments.operands.flatMap { isDirectory($0) ? RedactionLoader.detectorFiles(in: $0) : [$0] }
        guard !files.isEmpty else {
            terminal.fault("louver redact test: no .yaml file is in \(arguments.operands.map { Fault.quote($0) }.joined(separator: ", "))")
            return .usage
        }
        let engine = RedactionLoader(policies: nil, faults: faults).engine(files: files, tenantKeyFile: nil, style: .typed)
        guard let engine else {
            FaultReport.write(faults, terminal)
            return .usage
        }
        var passed = 0
        var failed = 0
        for example in DetectorCase.run(engine) {
            if example.hasPassed { passed += 1 } else { failed += 1 }
            show(example, isVerbose: arguments.has("--verbose"), terminal)
        }
        terminal.print(terminal.styled("\(passed) passed, \(failed) failed", failed == 0 ? .green : .red))
        return failed == 0 ? .success : .failure
    }

    private static func show(_ example: DetectorCase, isVerbose: Bool, _ terminal: Terminal) {
        if !example.hasPassed {
            terminal.fault(
                "\(example.detector): \(example.isPositive ? "does not find" : "does not leave alone") \(Fault.quote(example.template))",
                remedy: example.isPositive ? "mend its pattern, or the template" : "make its pattern narrower, or the template no match")
        } else if isVerbose {
            terminal.print("\(terminal.styled("ok", .green))   \(example.detector): \(Fault.quote(example.template))")
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
