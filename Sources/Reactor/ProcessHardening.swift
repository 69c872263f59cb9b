import CLinux
import Glibc

/// What the process denies itself at start, and how far the kernel went along.
public struct ProcessHardening: Sendable {
    /// What the kernel did not grant, as stable words; empty when all of it is in force.
    public let refused: [StaticString]
    /// How many descriptors the process may open; 0 when that cannot be told.
    public let descriptors: Int

    /// Denies itself core dumps and tracing by the same user, because memory holds tokens and secrets on their way, and privileges it was
    /// not started with. Lets itself open as many descriptors as the hard limit allows; every connection needs one or two.
    public static func apply() -> ProcessHardening {
        var refused: [StaticString] = []
        if clinux_disable_core_dump() != 0 { refused.append("undumpable") }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        if setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) != 0 { refused.append("no_core_file") }
        if clinux_no_new_privileges() != 0 { refused.append("no_new_privileges") }
        return ProcessHardening(refused: refused, descriptors: raiseDescriptorLimit())
    }

    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let usual = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit.rlim_cur : usual)
    }
}
