import Core
import Glibc

/// What the system knows about this process, read once per scrape.
struct ProcessReading: Sendable {
    /// One number of it.
    enum Item: Sendable {
        case residentBytes, openDescriptors, descriptorsMax, cpuSeconds, startSeconds

        /// Whether it only rises, and so is a counter.
        var isCounter: Bool { self == .cpuSeconds }
    }

    let residentBytes: Int
    let openDescriptors: Int
    let descriptorsMax: Int
    let cpuNanoseconds: UInt64

    /// Reads now. What cannot be read is 0.
    static func now() -> ProcessReading {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        var cpu = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        return ProcessReading(
            residentBytes: ProcessMemory.residentBytes, openDescriptors: countDescriptors(),
            descriptorsMax: Int(clamping: limit.rlim_cur), cpuNanoseconds: UInt64(cpu.tv_sec) * 1_000_000_000 + UInt64(cpu.tv_nsec))
    }

    /// The entries of `/proc/self/fd` but `.`, `..` and the one that reads them.
    private static func countDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return max(0, count - 3)
    }
}
