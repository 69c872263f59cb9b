import Core
import Glibc

/// The end of an audit file that exists already: what a new run goes on from.
struct AuditTail {
    /// The last line that can be read.
    var last: AuditChain.Link?
    /// Whether the file ends in half a line.
    var isCut = false

    /// Reads the end of a file; nothing where there is none.
    static func read(_ path: String) -> AuditTail {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else { return AuditTail() }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return AuditTail() }
        let wanted = min(status.st_size, 2 * Limits.auditLineBytesMax)
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = max(0, pread(file, buffer.baseAddress, wanted, status.st_size - wanted))
        }
        var tail = AuditTail(isCut: bytes.last != 0x0A)
        for line in bytes.split(separator: 0x0A).reversed() {
            guard let line = AuditLine(Array(line)) else { continue }
            tail.last = line.link
            break
        }
        return tail
    }
}
