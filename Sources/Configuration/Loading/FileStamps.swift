import Core
import Glibc

/// The files that a configuration was read from, as they were then: what tells that one of them has changed.
public final class FileStamps: Sendable {
    /// What is compared of a file; nil for one that is not there.
    struct Stamp: Sendable, Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
            size = status.st_size
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }

        static func now(_ path: String) -> Stamp? {
            var status = stat()
            return stat(path, &status) == 0 ? Stamp(status) : nil
        }
    }

    private let stamps = Lock<[String: Stamp?]>([:])

    /// Notes a file as it is read.
    func note(_ path: String, _ stamp: Stamp?) {
        stamps.withLock { if $0.count < Limits.watchedFilesMax { $0[path] = .some(stamp) } }
    }

    /// Whether all of these are still as they were.
    var isCurrent: Bool { stamps.withLock { $0 }.allSatisfy { Stamp.now($0.key) == $0.value } }

    /// The same files as they are now.
    func renewed() -> FileStamps {
        let fresh = FileStamps()
        for path in stamps.withLock({ Array($0.keys) }) { fresh.note(path, Stamp.now(path)) }
        return fresh
    }

    /// Whether two looks saw the same.
    func isSame(as other: FileStamps) -> Bool {
        let mine = stamps.withLock { $0 }
        let theirs = other.stamps.withLock { $0 }
        return mine.count == theirs.count && mine.allSatisfy { theirs[$0.key] == .some($0.value) }
    }
}
