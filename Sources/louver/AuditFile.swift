import Core
import Glibc
import YAML

/// Reading of audit files, line by line, for the verbs.
enum AuditFile {
    /// Hands over every line of a file with its number; false, with the reason told, when it cannot be read. `-` is standard input.
    static func forEachLine(_ file: String, _ terminal: Terminal, _ body: ([UInt8], Int) -> Void) -> Bool {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            terminal.fault("louver audit: \(Fault.quote(file)) cannot be opened: \(String(cString: strerror(errno)).lowercased())")
            return false
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var input = ByteBuffer()
        var number = 0
        while true {
            let count = Descriptor.read(descriptor, into: &input, atMost: 256 * 1_024)
            if count < 0 {
                terminal.fault("louver audit: \(Fault.quote(file)) cannot be read: \(String(cString: strerror(errno)).lowercased())")
                return false
            }
            var used = 0
            input.withReadable { bytes in
                while let end = bytes[used...].firstIndex(of: 0x0A) {
                    number += 1
                    body([UInt8](bytes[used..<end]), number)
                    used = end + 1
                }
            }
            input.consume(used)
            // What is longer than a line can be, or ends without a newline, is a line all the same: one that does not hold.
            if !input.isEmpty, count == 0 || input.readableCount > Limits.auditLineBytesMax {
                number += 1
                body(input.takeAll(), number)
            }
            if count == 0 { return true }
        }
    }
}
