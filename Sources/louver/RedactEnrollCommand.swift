import Configuration
import Core
import Glibc
import Redaction
import YAML

/// `louver redact enroll`.
enum RedactEnrollCommand {
    static let command = Command(
        name: "redact enroll", summary: "make a file of keyed hashes of secrets, to find them by", operands: "[FILE...]",
        flags: [
            Flag("--tenant-key", value: "FILE", "the key of the hashes: the same as `redaction.tenant_key_file`; needed"),
            Flag("--out", short: "-o", value: "FILE", "write here, readable by its owner only, instead of to standard output"),
            Flag("--form", value: "FORM", "how the values are written: auto (unless said), lines or json"),
            Flag("--env", value: "NAME", "take them from an environment variable, or from all that begin so: AIRFLOW_CONN_*"),
        ],
        text: """
            Reads live secrets, from a secrets backend's export, `airflow connections export -`, an environment file or a plain list, and
            writes one keyed hash for each. `redaction.known.enrolled` and `louver redact --enrolled` then find these values in any text, as
            they stand or decoded, without anybody having to keep them in clear.

            A hash knows its value only as a whole run of letters, digits and + / _ - . ~ ! $ % * #, of 10 to 512 bytes. Other values are
            counted and left out: give those in clear, with `redaction.known.files` or `redaction.known.environment`, which find a value
            wherever it stands. Of URIs the password is taken, of text of several lines each long line, and JSON in a value is looked into.
            """,
        examples: [
            (
                "airflow connections export - --file-format json | louver redact enroll --tenant-key tenant.key -o enrolled.txt",
                "what Airflow itself knows"
            ),
            ("louver redact enroll --tenant-key tenant.key --env 'AIRFLOW_CONN_*' -o enrolled.txt", "what this environment holds"),
            ("louver redact --tenant-key tenant.key --enrolled enrolled.txt task.log", "and use it"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let faults = Faults()
        guard let keyFile = arguments.value("--tenant-key") else {
            terminal.fault(
                "louver redact enroll: no --tenant-key is given, and hashes without a key could be guessed",
                remedy: "make one: openssl rand -out tenant.key 32")
            return .usage
        }
        guard let form = form(arguments, faults), let key = RedactionLoader(policies: nil, faults: faults).tenantKey(keyFile),
            RedactionSetup.holdsNames(arguments, "--env", "louver redact enroll", faults, terminal)
        else {
            FaultReport.write(faults, terminal)
            return .usage
        }
        var export = SecretExport()
        let names = arguments.all("--env") ?? []
        for name in names { KnownSecretLoader.read(environment: name, into: &export) }
        let files = arguments.operands.isEmpty && names.isEmpty ? ["-"] : arguments.operands
        for file in files where !read(file, form, into: &export, terminal) { return .failure }
        return write(export, key, arguments, terminal)
    }

    private static func form(_ arguments: Arguments, _ faults: Faults) -> SecretExport.Form? {
        guard let word = arguments.value("--form") else { return .auto }
        if let form = SecretExport.Form(rawValue: word) { return form }
        let words = SecretExport.Form.allCases.map(\.rawValue).joined(separator: ", ")
        faults.add("louver redact enroll", nil, "--form has no \(Fault.quote(word))", remedy: "write one of: \(words)")
        return nil
    }

    private static func read(_ file: String, _ form: SecretExport.Form, into export: inout SecretExport, _ terminal: Terminal) -> Bool {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        defer { if descriptor > STDIN_FILENO { close(descriptor) } }
        var bytes = ByteBuffer()
        while descriptor >= 0 {
            let count = Descriptor.read(descriptor, into: &bytes, atMost: 65_536)
            if count == 0 {
                let isRead = export.read(bytes.copy(), as: form)
                if !isRead {
                    terminal.fault("louver redact enroll: \(Fault.quote(file)) is no JSON", remedy: "write --form lines, if it is none")
                }
                return isRead
            }
            if count < 0 || bytes.readableCount > Limits.secretExportBytesMax { break }
        }
        let why = bytes.readableCount > Limits.secretExportBytesMax ? "it is too large" : String(cString: strerror(errno)).lowercased()
        terminal.fault("louver redact enroll: \(Fault.quote(file)) cannot be read: \(why)")
        return false
    }

    private static func write(_ export: SecretExport, _ key: SecretBytes, _ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let made = EnrolledSecrets.file(of: export.values, tenantKey: key)
        guard made.count > 0 else {
            tell(export, made, terminal)
            if export.values.isEmpty {
                terminal.fault(
                    "louver redact enroll: no value was found", remedy: "name a file that holds some, or set what --env asks for")
            }
            return .failure
        }
        if let path = arguments.value("--out") {
            guard SmallFile.write(secret: made.text, to: path) else {
                let why = String(cString: strerror(errno)).lowercased()
                terminal.fault("louver redact enroll: \(Fault.quote(path)) cannot be written: \(why)")
                return .failure
            }
        } else if !Descriptor.write(made.text.span, to: terminal.outputDescriptor) {
            return .failure
        }
        tell(export, made, terminal)
        return .success
    }

    private static func tell(_ export: SecretExport, _ made: EnrolledSecrets.File, _ terminal: Terminal) {
        terminal.error(made.count == 1 ? "1 value enrolled" : "\(made.count) values enrolled")
        if made.wordCount > 0 {
            terminal.error(
                "  \(made.wordCount) of them made of words: all as long as one of them is looked at, which takes a sixth of the speed"
            )
        }
        var lengths = 0
        var bytes = 0
        for value in export.values {
            switch EnrolledSecrets.refusal(of: value.span) {
            case .length: lengths += 1
            case .bytes: bytes += 1
            case nil: break
            }
        }
        if lengths > 0 { terminal.error("  \(lengths) left out: shorter than 10 bytes or longer than 512") }
        if bytes > 0 {
            terminal.error("  \(bytes) left out: they hold bytes that no run holds, so only `redaction.known.files` can find them")
        }
    }
}
