import CLinux
import Glibc

/// What the process denies itself at start.
public enum ProcessHardening {
    /// No core dump and no tracing by the same user: memory holds tokens and secrets on their way.
    public static func apply() {
        _ = clinux_disable_core_dump()
    }

    /// Lets the process open as many descriptors as its hard limit allows; every connection needs one or two.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
