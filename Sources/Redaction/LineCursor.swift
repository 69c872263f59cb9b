/// Where the line begins that a look has come to, and what stands before its text. What was read for one place is not read again for the
/// next.
struct LineCursor {
    /// How far behind the beginning of its line a text may begin.
    static let reach = 256

    private var at = -1
    /// Where the line begins, behind its line break or the quote that opens it; -1 for farther away than is looked.
    private(set) var start = -1
    private(set) var quote: UInt8 = 0
    /// Where the line begins whatever strings stand on it; -1 for farther away.
    private(set) var line = -1
    private var shape = LineShape()
    /// Where what stands before the text ends: blanks follow.
    private(set) var headEnd = 0
    /// A string stands there.
    private(set) var hasQuotes = false
    /// The last double quote and the last single one, and whether they open strings.
    private var double = Quote()
    private var single = Quote()

    struct Quote {
        var place = -1
        var opens = false
    }

    /// The shape of what stands before the text at the place it was moved to.
    var headShape: UInt32 { headEnd > start ? shape.solid : 0 }

    /// Moves to the text at `place`; answers whether the beginning of its line is near.
    mutating func move(_ text: Span<UInt8>, to place: Int, isAtStart: Bool) -> Bool {
        // What stands on lines before is not read.
        let floor = at >= 0 && at <= place && place - at <= Self.reach ? at : max(0, place - Self.reach - 1)
        var from = place
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            while from > floor, base[from - 1] != 0x0A { from -= 1 }
        }
        if from != at { begin(text, from, isAtStart) }
        while at < place {
            let byte = text[at]
            at += 1
            let isQuote = byte == 0x22 || byte == 0x27
            let isOpening = isQuote && Self.opens(text, at - 1, isAtStart)
            if byte == 0x22 { double = Quote(place: at - 1, opens: isOpening) }
            if byte == 0x27 { single = Quote(place: at - 1, opens: isOpening) }
            if isOpening {
                start = at
                quote = byte
                shape = LineShape()
                headEnd = at
                hasQuotes = false
            } else {
                shape.take(byte)
                if isQuote { hasQuotes = true }
                if byte != 0x20, byte != 0x09 { headEnd = at }
            }
        }
        return start >= 0 && place - start <= Self.reach
    }

    /// Begins at `place`, which is the beginning of a line unless that is too far away.
    private mutating func begin(_ text: Span<UInt8>, _ place: Int, _ isAtStart: Bool) {
        at = place
        start = place == 0 ? isAtStart ? 0 : -1 : text[place - 1] == 0x0A ? place : -1
        line = start
        quote = 0
        shape = LineShape()
        headEnd = place
        hasQuotes = false
        double = Quote()
        single = Quote()
    }

    /// The last quote of this kind before the place it was moved to, if it is near.
    func last(_ quote: UInt8) -> Quote? {
        let last = quote == 0x22 ? double : single
        return last.place >= 0 && at - last.place <= Self.reach ? last : nil
    }

    /// Whether a quote opens a string: behind a colon, a comma, a bracket or a sign, or first on its line, and not before one of those
    /// that follow strings.
    private static func opens(_ text: Span<UInt8>, _ place: Int, _ isAtStart: Bool) -> Bool {
        if place + 1 < text.count {
            switch text[place + 1] {
            case 0x2C, 0x3A, 0x5D, 0x7D: return false
            default: break
            }
        }
        var at = place
        while at > 0, place - at < 2, text[at - 1] == 0x20 { at -= 1 }
        if at == 0 { return isAtStart }
        switch text[at - 1] {
        case 0x0A, 0x28, 0x2C, 0x3A, 0x3D, 0x5B, 0x7B: return true
        default: return false
        }
    }
}
