import Core
import Glibc

/// Files that fit in memory.
enum SmallFile {
    /// The bytes of a file, at most `Limits.yamlBytesMax`; nil with `errno` set when it cannot be read.
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = ByteBuffer(capacity: 4_096)
        while true {
            let count = Descriptor.read(descriptor, into: &buffer, atMost: 65_536)
            if count < 0 { return nil }
            if count == 0 { return buffer.takeAll() }
            if buffer.readableCount > Limits.yamlBytesMax {
                errno = EFBIG
                return nil
            }
        }
    }

    /// Writes a file whole or not at all: beside it first, then in its place. False with `errno` set when that fails.
    static func write(_ text: String, to path: String) -> Bool {
        let beside = path + ".new"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        let isWritten = Descriptor.write(Array(text.utf8).span, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        return isWritten && rename(beside, path) == 0
    }
}
