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
    static func write(_ text: String, to path: String) -> Bool { write(Array(text.utf8), to: path, mode: 0o644) }

    /// The same for what only its owner may read, whoever may read what stood there before. A pipe or a device is written to as it is.
    static func write(secret text: [UInt8], to path: String) -> Bool {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            return Descriptor.write(text.span, to: descriptor)
        }
        return write(text, to: path, mode: 0o600)
    }

    private static func write(_ text: [UInt8], to path: String, mode: mode_t) -> Bool {
        let beside = path + ".new"
        // What another run left there is not written to: it may be somebody else's.
        unlink(beside)
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { return false }
        let isWritten = Descriptor.write(text.span, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        return isWritten && rename(beside, path) == 0
    }
}
