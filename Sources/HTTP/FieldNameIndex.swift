/// Finds a known field name from its bytes: a table of 256 slots by length, first, middle and last byte, then one comparison.
struct FieldNameIndex: Sendable {
    /// In each slot the raw value of a name, or `vacant`; names that share a slot follow each other.
    private let slots: [UInt8]
    private let texts: [StaticString]

    /// Stands for a name that is not known.
    static let vacant: UInt8 = 0xFF

    /// The index of all names.
    static let known = FieldNameIndex()

    private init() {
        var slots = [UInt8](repeating: Self.vacant, count: 256)
        texts = FieldName.allCases.map(\.text)
        precondition(texts.count <= 64, "a set of names is one word")
        for name in FieldName.allCases {
            var at = Int(Self.slot(name.text.utf8Start, name.text.utf8CodeUnitCount))
            while slots[at] != Self.vacant { at = (at + 1) & 255 }
            slots[at] = name.rawValue
        }
        self.slots = slots
    }

    @inline(__always)
    private static func slot(_ name: UnsafePointer<UInt8>, _ count: Int) -> UInt8 {
        let first = UInt32(name[0] | 0x20)
        let middle = UInt32(name[count &>> 1] | 0x20)
        let last = UInt32(name[count &- 1] | 0x20)
        let mixed = (UInt32(truncatingIfNeeded: count) &* 0x9E37 &+ first &* 0x85EB &+ middle &* 0xC2B3 &+ last &* 0x27D5) &* 0x9E37_79B1
        return UInt8(truncatingIfNeeded: mixed >> 24)
    }

    /// The raw value of the name, or `vacant`. `name` is not empty and holds tchar only.
    @inline(__always)
    func find(_ name: UnsafePointer<UInt8>, _ count: Int) -> UInt8 {
        var at = Int(Self.slot(name, count))
        while true {
            let candidate = slots[at]
            if candidate == Self.vacant { return candidate }
            let text = texts[Int(candidate)]
            if text.utf8CodeUnitCount == count, Self.matches(name, text.utf8Start, count) { return candidate }
            at = (at &+ 1) & 255
        }
    }

    /// Whether tchar bytes equal a lower-case name. Setting bit 5 folds case, and maps no tchar that is not a letter onto a letter,
    /// digit or hyphen, so the comparison is exact.
    @inline(__always)
    private static func matches(_ name: UnsafePointer<UInt8>, _ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if count < 8 {
            for at in 0..<count where name[at] | 0x20 != text[at] { return false }
            return true
        }
        var at = 0
        while at &+ 8 <= count {
            if folded(name, at) != word(text, at) { return false }
            at &+= 8
        }
        return folded(name, count &- 8) == word(text, count &- 8)
    }

    @inline(__always)
    private static func word(_ base: UnsafePointer<UInt8>, _ at: Int) -> UInt64 {
        UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
    }

    @inline(__always)
    private static func folded(_ base: UnsafePointer<UInt8>, _ at: Int) -> UInt64 { word(base, at) | 0x2020_2020_2020_2020 }
}
