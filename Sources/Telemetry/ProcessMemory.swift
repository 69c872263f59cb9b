import Glibc

/// How much memory the process takes.
public enum ProcessMemory {
    /// Resident memory in bytes, from `/proc/self/statm`; 0 when it cannot be read.
    public static var residentBytes: Int { pages() * sysconf(Int32(_SC_PAGESIZE)) }

    /// The second field.
    private static func pages() -> Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 128) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
        let fields = bytes.split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? fields[1].reduce(0) { $0 * 10 + Int($1 &- 0x30) } : 0
    }
}
