import Audit
import Core
import Crypto
import Glibc
import YAML

/// `louver audit verify`.
enum AuditVerifyCommand {
    static let command = Command(
        name: "audit verify", summary: "check that no line of an audit log was changed, removed, added or moved", operands: "FILE...",
        flags: [Flag("--key", value: "FILE", "the public key (PEM) of `audit.signing_key_file`, to check the checkpoints")],
        text: """
            Give rotated files in their order, the oldest first. Each line carries the hash of the one before it, and checkpoints are
            signed: without `--key` only the hashes are checked, which anybody who can write the file could have made anew.
            The public key: `openssl pkey -in audit.pem -pubout -out audit.pub`. Exit status 1 when the chain does not hold.
            """,
        examples: [
            ("louver audit verify --key audit.pub audit.log", "one file"),
            ("louver audit verify --key audit.pub audit.log.1 audit.log", "a file and the one before it"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard !arguments.operands.isEmpty else {
            terminal.fault("louver audit verify: no file is named", remedy: "write, for example: `louver audit verify audit.log`")
            return .usage
        }
        var key: VerifyingKey?
        if let file = arguments.value("--key") {
            guard let read = readKey(file, terminal) else { return .usage }
            key = read
        }
        var verifier = AuditVerifier(key: key)
        for file in arguments.operands {
            if !AuditFile.forEachLine(file, terminal, { verifier.take($0, file: file, number: $1) }) { return .failure }
        }
        verifier.finish()
        return tell(verifier.findings, hasKey: key != nil, terminal)
    }

    private static func tell(_ found: AuditVerifier.Findings, hasKey: Bool, _ terminal: Terminal) -> ExitCode {
        for fault in found.faults { terminal.fault(fault) }
        terminal.print("\(found.decisions) decisions in \(found.lines) lines of \(found.runs) runs")
        if found.events > 0 { terminal.print("\(found.events) times the store of limits was lost or found") }
        if hasKey {
            terminal.print("\(found.signed) signed checkpoints; \(found.unsealed) decisions after the last of them")
        } else {
            terminal.print("signatures were not checked: name the public key with --key")
        }
        if hasKey, found.unsigned > 0 { terminal.print("\(found.unsigned) checkpoints without a signature") }
        if found.dropped > 0 {
            terminal.print("\(found.dropped) decisions were not written because there was no room, as Louver says itself")
        }
        for remark in found.remarks { terminal.print("- \(remark)") }
        if found.lines == 0 {
            terminal.fault("there is no line in it")
            return .failure
        }
        guard found.faults.isEmpty else { return .failure }
        terminal.print(terminal.styled("The chain holds.", .green))
        return .success
    }

    private static func readKey(_ file: String, _ terminal: Terminal) -> VerifyingKey? {
        var bytes: [UInt8] = []
        guard AuditFile.forEachLine(file, terminal, { line, _ in bytes += line + [0x0A] }) else { return nil }
        do { return try VerifyingKey.pem(bytes.span) } catch {
            terminal.fault("louver audit verify: \(Fault.quote(file)) is no public key: \(error)")
            return nil
        }
    }
}
