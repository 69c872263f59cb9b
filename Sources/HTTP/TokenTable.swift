/// Which bytes are tchar (RFC 9110 section 5.6.2), as a constant of the program that a loop over names reads without any set-up.
enum TokenTable {
    /// One character for each byte, thirty-two a line: `1` for tchar.
    private static let marks: StaticString = """
        00000000000000000000000000000000\
        01011111001101101111111111000000\
        01111111111111111111111111100011\
        11111111111111111111111111101010\
        00000000000000000000000000000000\
        00000000000000000000000000000000\
        00000000000000000000000000000000\
        00000000000000000000000000000000
        """

    /// The index of the first byte at or after `from` that is no tchar. One must come.
    @inline(__always)
    static func end(_ base: UnsafePointer<UInt8>, from: Int) -> Int {
        let marks = marks.utf8Start
        var at = from
        while marks[Int(base[at])] == UInt8(ascii: "1") { at &+= 1 }
        return at
    }
}
