import Core
import Glibc
import YAML

/// Opens the files that options name and collects what is wrong with them, at the place where the configuration names them.
struct FileLoader {
    /// Where faults go.
    let faults: Faults
    /// What was opened, to see when it changes; nil for nobody.
    var stamps: FileStamps?

    /// Reads a file that is no secret. Nil after a fault.
    func bytes(_ reference: FileReference, atMost bytesMax: Int = Limits.yamlBytesMax) -> [UInt8]? {
        open(reference) { descriptor, status in contents(descriptor, status, reference, atMost: bytesMax) }
    }

    /// Reads a secret: as text, without the line end that editors and `echo` leave, of at least `bytesMin` bytes. Nil after a fault.
    func secretText(_ reference: FileReference, atLeast bytesMin: Int = 1) -> SecretBytes? {
        guard var bytes = secretBytes(reference) else { return nil }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        if bytes.isEmpty {
            fault(reference, "is empty", "write the secret into it")
            return nil
        }
        if bytes.count < bytesMin {
            fault(reference, "holds \(bytes.count) bytes, and \(bytesMin) are needed", "use a longer secret on both sides")
            return nil
        }
        return SecretBytes(taking: &bytes)
    }

    /// Reads a secret that goes into a field of HTTP. Nil after a fault.
    func bearerText(_ reference: FileReference) -> SecretBytes? {
        guard let secret = secretText(reference, atLeast: Limits.keyFileBytesMin) else { return nil }
        guard secret.withBytes({ bytes in bytes.allSatisfy { Self.isToken68($0) } }) else {
            fault(
                reference, "holds characters that cannot stand in a Bearer token", "make one: `openssl rand -hex -out \(reference.path) 32`"
            )
            return nil
        }
        return secret
    }

    private static func isToken68(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "-._~+/=".utf8.contains(byte)
    }

    /// Reads a secret: every byte of it, at least `bytesMin`. Nil after a fault.
    func secretKey(_ reference: FileReference, atLeast bytesMin: Int) -> SecretBytes? {
        guard var bytes = secretBytes(reference) else { return nil }
        if bytes.count < bytesMin {
            fault(
                reference, "holds \(bytes.count) bytes, and \(bytesMin) are needed",
                "make one: `openssl rand -out \(reference.path) \(bytesMin)`")
            return nil
        }
        return SecretBytes(taking: &bytes)
    }

    /// Reads an export of secrets, every byte of it. Nil after a fault.
    func secretExport(_ reference: FileReference) -> [UInt8]? {
        open(reference) { descriptor, status in
            isPrivate(status, reference) ? contents(descriptor, status, reference, atMost: Limits.secretExportBytesMax) : nil
        }
    }

    /// Checks that a secret can be read by Louver and by nobody else, for whoever opens it later. False after a fault.
    func checkSecret(_ reference: FileReference) -> Bool {
        open(reference) { _, status in isPrivate(status, reference) ? true : nil } ?? false
    }

    /// Checks that a file can be read, for whoever opens it later. False after a fault.
    func check(_ reference: FileReference) -> Bool { open(reference) { _, _ in true } ?? false }

    /// Adds a fault of a file, at the place where the configuration names it.
    func fault(_ reference: FileReference, _ what: String, _ remedy: String = "") {
        let subject = reference.key.isEmpty ? "the file" : "`\(reference.key)`: \(Fault.quote(reference.path))"
        faults.add(reference.file, reference.mark, "\(subject) \(what)", remedy: remedy)
    }

    // MARK: Pieces

    private func secretBytes(_ reference: FileReference) -> [UInt8]? {
        open(reference) { descriptor, status in
            guard isPrivate(status, reference) else { return nil }
            return contents(descriptor, status, reference, atMost: Limits.secretFileBytesMax)
        }
    }

    private func open<R>(_ reference: FileReference, _ body: (Int32, stat) -> R?) -> R? {
        // Not blocking: a named pipe must not hold up the start.
        let descriptor = Glibc.open(reference.path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            let why = errno
            stamps?.note(reference.path, nil)
            fault(reference, "cannot be opened: \(String(cString: strerror(why)).lowercased())", Self.advice(why, reference))
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            fault(reference, "is not a regular file", "name a file")
            return nil
        }
        stamps?.note(reference.path, FileStamps.Stamp(status))
        return body(descriptor, status)
    }

    private static func advice(_ why: Int32, _ reference: FileReference) -> String {
        switch why {
        case ENOENT where reference.path.hasPrefix("/") || reference.key.isEmpty: "make the file, or mend the path"
        case ENOENT: "make the file, or mend the path; relative paths start from where the configuration file is"
        case EACCES: "let the user that runs Louver read it"
        default: ""
        }
    }

    private func contents(_ descriptor: Int32, _ status: stat, _ reference: FileReference, atMost bytesMax: Int) -> [UInt8]? {
        if status.st_size > bytesMax {
            fault(reference, "is larger than \(Notation.write(size: bytesMax))")
            return nil
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1_024)
        defer { chunk.withUnsafeMutableBytes { if let at = $0.baseAddress { explicit_bzero(at, $0.count) } } }
        while bytes.count <= bytesMax {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            if count < 0 {
                fault(reference, "cannot be read: \(String(cString: strerror(errno)).lowercased())")
                return nil
            }
            bytes.append(contentsOf: chunk[..<count])
        }
        fault(reference, "is larger than \(Notation.write(size: bytesMax))")
        return nil
    }

    /// A secret belongs to root or to whoever runs Louver. Others get nothing; a group may read only what root owns, as with systemd's and
    /// Kubernetes' secrets.
    private func isPrivate(_ status: stat, _ reference: FileReference) -> Bool {
        let mode = status.st_mode & 0o777
        let octal = String(mode, radix: 8)
        let fix = "chmod 600 \(reference.path)"
        if status.st_uid != 0, status.st_uid != geteuid() {
            fault(reference, "belongs to another user, who can change it", "give it to the user that runs Louver: `chown`, then `\(fix)`")
            return false
        }
        if mode & 0o007 != 0 {
            fault(reference, "is a secret that every user of this machine can read or change (mode \(octal))", "run `\(fix)`")
            return false
        }
        let groupMayRead = status.st_uid == 0 && mode & 0o030 == 0
        if mode & 0o070 != 0, !groupMayRead {
            fault(
                reference, "is a secret that its group can read or change (mode \(octal))", "run `\(fix)`, or give it to root with mode 640"
            )
            return false
        }
        return true
    }
}
