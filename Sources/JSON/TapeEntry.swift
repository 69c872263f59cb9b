/// One value or key of a parsed text: 16 bytes on the document's tape, in the order of the text.
///
/// A member is its key's entry followed by its value's entries; a container's entry is followed by everything inside it.
struct TapeEntry: Sendable {
    /// Where the source of the value starts; for a string, after its quote.
    var start: UInt32
    /// The bytes of its source; for a string, between the quotes. In an open object: the entry of its last key, or 0.
    var length: UInt32
    /// Of a closed container: the entry that follows it. Of an open one: the container around it. Of a key: the key before it, or 0.
    var link: UInt32
    /// Bits 0 to 2 the kind, bit 3 the mark, the other 28 a container's count or a key's signature.
    private var packed: UInt32

    /// A text must be shorter than this, so that every offset and count fits.
    static let addressableBytes = 1 << 28

    init(_ kind: JSONKind, start: Int, length: Int = 0, link: Int = 0, isMarked: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.length = UInt32(truncatingIfNeeded: length)
        self.link = UInt32(truncatingIfNeeded: link)
        packed = UInt32(kind.rawValue) | (isMarked ? 8 : 0)
    }

    var kind: JSONKind {
        switch packed & 7 {
        case 0: .object
        case 1: .array
        case 2: .string
        case 3: .number
        case 4: .true
        case 5: .false
        default: .null
        }
    }

    var isContainer: Bool { packed & 7 < 2 }

    var isObject: Bool { packed & 7 == 0 }

    var isString: Bool { packed & 7 == 2 }

    /// Of a string: it holds an escape. Of a container: something inside it is not in canonical form.
    var isMarked: Bool { packed & 8 != 0 }

    /// Of a container: its members or elements.
    var count: Int { Int(packed >> 4) }

    mutating func setCount(_ count: Int, isMarked: Bool) {
        packed = packed & 7 | (isMarked ? 8 : 0) | UInt32(truncatingIfNeeded: count) << 4
    }

    /// Of a key: what two equal keys have in common, and two others seldom.
    var signature: UInt32 {
        get { packed >> 4 }
        set { packed = packed & 15 | newValue << 4 }
    }
}
