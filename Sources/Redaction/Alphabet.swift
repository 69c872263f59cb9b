import CScan

/// Of what sorts of bytes a text is made. One look at each byte answers most of what is asked about the shape of a value.
struct Alphabet: OptionSet {
    let rawValue: UInt16

    static var lower: Alphabet { Alphabet(CSCAN_LOWER) }
    static var upper: Alphabet { Alphabet(CSCAN_UPPER) }
    static var digit: Alphabet { Alphabet(CSCAN_DIGIT) }
    static var underscore: Alphabet { Alphabet(CSCAN_UNDERSCORE) }
    static var dot: Alphabet { Alphabet(CSCAN_DOT) }
    static var hyphen: Alphabet { Alphabet(CSCAN_HYPHEN) }
    static var blank: Alphabet { Alphabet(CSCAN_BLANK) }
    static var slash: Alphabet { Alphabet(CSCAN_SLASH) }
    static var colon: Alphabet { Alphabet(CSCAN_COLON) }
    /// `(` or `[`.
    static var opening: Alphabet { Alphabet(CSCAN_OPENING) }
    static var plus: Alphabet { Alphabet(CSCAN_PLUS) }
    static var equals: Alphabet { Alphabet(CSCAN_EQUALS) }
    static var other: Alphabet { Alphabet(CSCAN_OTHER) }

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(of text: Span<UInt8>) {
        rawValue = text.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { cscan_alphabet($0, bytes.count) } ?? 0 }
    }

    private init(_ sort: Int) { rawValue = UInt16(truncatingIfNeeded: sort) }

    /// A name, or names joined by dots, as program text has them, without a digit.
    var isIdentifier: Bool { !isEmpty && isSubset(of: [.lower, .upper, .underscore, .dot]) }

    /// Only small letters, or nothing.
    var isLowerWord: Bool { isSubset(of: .lower) }

    /// `GITHUB_CLIENT_SECRET`: the name of a variable.
    var isConstant: Bool { contains(.underscore) && isSubset(of: [.upper, .underscore]) }

    /// Letters and hyphens: `non-empty`.
    var isHyphened: Bool { isSubset(of: [.lower, .upper, .hyphen]) }

    /// A number, with a sign or a point.
    var isNumber: Bool { contains(.digit) && isSubset(of: [.digit, .dot, .hyphen, .plus]) }

    var hasDigit: Bool { contains(.digit) }

    var hasLetter: Bool { !isDisjoint(with: [.lower, .upper]) }
}
