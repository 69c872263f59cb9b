import Glibc

/// Secrets in pages of their own: kept out of swap where the system allows that (`mlock`), out of core files, and zeroed when dropped.
public final class LockedBytes: Sendable {
    // The memory is written once, in init, before any other reference exists.
    nonisolated(unsafe) private let base: UnsafeMutableRawPointer
    private let pages: Int

    /// The number of bytes.
    public let count: Int
    /// Whether the system keeps them out of swap; RLIMIT_MEMLOCK bounds how much it will.
    public let isLocked: Bool

    /// Takes over texts, one behind the other, and clears the arrays they came in. Nil without memory.
    public init?(taking texts: inout [[UInt8]]) {
        count = texts.reduce(0) { $0 + $1.count }
        pages = (max(1, count) + 4_095) & ~4_095
        let made = mmap(nil, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let made, made != MAP_FAILED else { return nil }
        base = made
        isLocked = mlock(made, pages) == 0
        madvise(made, pages, MADV_DONTDUMP)
        var at = 0
        for index in texts.indices {
            texts[index].withUnsafeMutableBytes { text in
                guard let from = text.baseAddress, text.count > 0 else { return }
                memcpy(made + at, from, text.count)
                explicit_bzero(from, text.count)
                at += text.count
            }
        }
        texts = []
    }

    deinit {
        explicit_bzero(base, count)
        munmap(base, pages)
    }

    /// The bytes, valid as long as this object is.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
