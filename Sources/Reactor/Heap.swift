import CLinux

/// The allocator's own memory.
public enum Heap {
    /// Has the allocator give back to the kernel what it holds and nobody uses; whether there was any. Takes milliseconds on a large heap.
    public static func giveBack() -> Bool { clinux_trim_heap() != 0 }
}
