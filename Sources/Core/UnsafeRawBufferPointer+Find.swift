import CLinux

extension UnsafeRawBufferPointer {
    /// Where `pattern` stands first at or behind `from`; nil where it does not, or is empty. Linear in the bytes that are left.
    public func find(_ pattern: UnsafeRawBufferPointer, from: Int = 0) -> Int? {
        guard from < count, let base = baseAddress, let wanted = pattern.baseAddress, pattern.count > 0 else { return nil }
        let at = clinux_find(base + from, count - from, wanted, pattern.count)
        return at < 0 ? nil : from + at
    }
}
