import Core

/// How many capitals, small letters and digits stand in a text.
struct LetterCount {
    private(set) var upper = 0
    private(set) var lower = 0
    private(set) var digits = 0

    init(_ text: Span<UInt8>) {
        for at in 0..<text.count {
            if text[at] &- 0x41 < 26 {
                upper += 1
            } else if text[at] &- 0x61 < 26 {
                lower += 1
            } else if ASCII.isDigit(text[at]) {
                digits += 1
            }
        }
    }
}
