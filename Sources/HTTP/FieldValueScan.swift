import CScan

/// Finds the end of a field value sixteen bytes at a time.
enum FieldValueScan {
    /// The index of the first byte at or after `from` that may not stand in a field value (RFC 9110 section 5.5: anything below
    /// 0x20 but HTAB, and DEL), or `end`; `nonASCII` becomes true when a byte above 0x7F lies before it.
    @inline(__always)
    static func end(_ base: UnsafePointer<UInt8>, from: Int, end: Int, nonASCII: inout Bool) -> Int {
        var high: UInt32 = 0
        let stop = cscan_field_end(base, from, end, &high)
        nonASCII = high != 0
        return stop
    }

    /// Whether all the bytes may stand in a field value.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var nonASCII = false
        return end(base, from: 0, end: bytes.count, nonASCII: &nonASCII) == bytes.count
    }
}
