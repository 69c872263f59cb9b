/// Goes through runs of text past ASCII, where one sequence follows another.
enum UTF8Scan {
    /// The first offset in `at..<end` that does not start a complete, well-formed sequence of two to four bytes; else `end`.
    ///
    /// What stands there is ASCII, cut, or broken: `StringSequence` tells which.
    @inline(__always)
    static func soundEnd(_ base: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Int {
        var at = at
        while at < end {
            let lead = base[at]
            let left = end &- at
            if lead &- 0xE1 < 0x0C, left > 2 {
                // E1 to EC: the bulk of the world's scripts, and any continuation byte will do.
                guard isContinuation(base[at &+ 1]), isContinuation(base[at &+ 2]) else { return at }
                at &+= 3
            } else if lead &- 0xC2 < 0x1E, left > 1 {
                guard isContinuation(base[at &+ 1]) else { return at }
                at &+= 2
            } else {
                guard lead >= 0x80, case .sound(let length) = StringSequence.read(base + at, left) else { return at }
                at &+= length
            }
        }
        return at
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
