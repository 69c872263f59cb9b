import CScan
import Core

/// A text as detectors read it, escapes resolved and disguises left out, with the way back to its source. Reused from window to window.
///
/// For a text that has neither, the view is the text itself and nothing is copied.
final class FlatView {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    private var turns: [cscan_turn] = []
    private var turnCount = 0
    /// Whether the text holds a percent sign.
    private(set) var hasPercent = false
    /// Whether the view is the source, byte for byte.
    private(set) var isSource = true
    /// Whether the source is raw JSON string content, in which no escape may be cut.
    var isJSON = false
    /// What nothing may be of in a terminal's command string that is left out; nil where any word counts.
    private let detectors: DetectorSet?

    init(_ detectors: DetectorSet? = nil) { self.detectors = detectors }

    static let needsFlattening = UInt32(
        CSCAN_HAS_BACKSLASH | CSCAN_HAS_CONTROL | CSCAN_HAS_NON_ASCII | CSCAN_HAS_AMPERSAND)

    /// Makes the view of `source` and answers how many of its bytes it covers: all, unless the end needs bytes that are still to come.
    func flatten(_ source: Span<UInt8>, isFinal: Bool) -> (taken: Int, traits: UInt32) {
        let traits = source.withUnsafeBufferPointer { cscan_traits($0.baseAddress, $0.count) }
        turnCount = 0
        hasPercent = traits & UInt32(CSCAN_HAS_PERCENT) != 0
        isSource = traits & Self.needsFlattening == 0
        if isSource {
            // A backspace behind the last letter would take it back.
            count = source.count
            if !isFinal, count > 0, ASCII.isAlphanumeric(source[count - 1]) || source[count - 1] == UInt8(ascii: "_") { count -= 1 }
            return (count, traits)
        }
        reserve(source.count)
        while true {
            let flat = source.withUnsafeBufferPointer { from in
                bytes.withUnsafeMutableBufferPointer { view in
                    turns.withUnsafeMutableBufferPointer { turns in
                        cscan_flatten(
                            from.baseAddress, from.count, isFinal ? 1 : 0, view.baseAddress, turns.baseAddress, turns.count,
                            detectors?.prefixes.set, detectors?.keyNames.set)
                    }
                }
            }
            if flat.is_full == 0 {
                count = flat.written
                turnCount = flat.turns
                if flat.has_percent != 0 { hasPercent = true }
                return (flat.taken, traits)
            }
            turns = [cscan_turn](repeating: cscan_turn(), count: turns.count * 4)
        }
    }

    /// Makes the view in which `mark` and two hexadecimal digits are the byte they stand for; `mark` is `%` or `=`.
    func unmark(_ source: Span<UInt8>, _ mark: UInt8) {
        reserve(source.count)
        isSource = false
        while true {
            let flat = source.withUnsafeBufferPointer { from in
                bytes.withUnsafeMutableBufferPointer { view in
                    turns.withUnsafeMutableBufferPointer { turns in
                        cscan_unmark(from.baseAddress, from.count, mark, view.baseAddress, turns.baseAddress, turns.count)
                    }
                }
            }
            count = flat.written
            turnCount = flat.turns
            if flat.is_full == 0 { return }
            turns = [cscan_turn](repeating: cscan_turn(), count: turns.count * 4)
        }
    }

    private func reserve(_ count: Int) {
        if bytes.count < count { bytes = [UInt8](repeating: 0, count: max(count, 4_096)) }
        if turns.isEmpty { turns = [cscan_turn](repeating: cscan_turn(), count: 512) }
    }

    /// Where in the source the view byte at `place` begins.
    func sourceStart(of place: Int) -> Int {
        if isSource { return place }
        let after = turnsUpTo(place)
        if after == 0 { return place }
        let turn = turns[after - 1]
        return Int(turn.start) + place - Int(turn.view)
    }

    /// Where in the source the view bytes before `place` end.
    func sourceEnd(of place: Int) -> Int {
        if isSource { return place }
        let before = turnsUpTo(place - 1)
        if before < turnCount, Int(turns[before].view) == place { return Int(turns[before].end) }
        if before == 0 { return place }
        let turn = turns[before - 1]
        return Int(turn.start) + place - Int(turn.view)
    }

    /// How many backslashes made the view byte at `place`: 0 for a plain one.
    func slashes(at place: Int) -> Int {
        if isSource { return 0 }
        let before = turnsUpTo(place)
        if before < turnCount, Int(turns[before].view) == place + 1 { return Int(turns[before].slashes) }
        return 0
    }

    // MARK: Borders

    /// The nearest place at or before `place` where text may be cut: a character begins there, and no pair of JSON backslashes is parted.
    func border(before place: Int, in text: Span<UInt8>) -> Int {
        if isSource { return place }
        let start = characterStart(place, text)
        return isJSON && slashesKept(before: start, text) % 2 == 1 ? start - 1 : start
    }

    /// The nearest place at or after `place` where text may be cut.
    func border(after place: Int, in text: Span<UInt8>) -> Int {
        if isSource { return place }
        var end = place
        if characterStart(place, text) < place {
            while end < text.count, end - place < 3, text[end] & 0xC0 == 0x80 { end += 1 }
        }
        return isJSON && end < text.count && slashesKept(before: end, text) % 2 == 1 ? end + 1 : end
    }

    /// The nearest place at or before `place` from where on the source gives the same view when it is flattened anew.
    func unitStart(_ place: Int, in text: Span<UInt8>) -> Int {
        if isSource { return place }
        var start = characterStart(place, text)
        let turn = turnsUpTo(start)
        if turn > 0, turns[turn - 1].slashes == UInt32(CSCAN_COMMAND) { return Int(turns[turn - 1].view) - 1 }
        // A tag is read by the one before it.
        if start > 0, isWide(start), isWide(start - 1) { start = characterStart(start - 1, text) }
        guard start < text.count, text[start] == UInt8(ascii: "\\") else { return start }
        return start - slashesKept(before: start, text) % Int(CSCAN_SLASHES_MAX)
    }

    /// Whether the view byte at `place` stands for four bytes of the source or more.
    private func isWide(_ place: Int) -> Bool { place < count && sourceEnd(of: place + 1) - sourceStart(of: place) >= 4 }

    private func characterStart(_ place: Int, _ text: Span<UInt8>) -> Int {
        guard place < text.count, text[place] & 0xC0 == 0x80 else { return place }
        var start = place
        while start > 0, place - start < 3, text[start] & 0xC0 == 0x80 { start -= 1 }
        return text[start] >= 0xC0 ? start : place
    }

    /// The backslashes of the source right before `place` that the view holds as they are.
    private func slashesKept(before place: Int, _ text: Span<UInt8>) -> Int {
        guard place > 0, text[place - 1] == UInt8(ascii: "\\") else { return 0 }
        let after = turnsUpTo(place)
        let floor = after == 0 ? 0 : Int(turns[after - 1].view)
        var start = place
        while start > floor, text[start - 1] == UInt8(ascii: "\\") { start -= 1 }
        return place - start
    }

    /// Hands the bytes out, so that they can be read while the rest of the view is in use.
    func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Takes the bytes back.
    func giveBack(_ taken: consuming [UInt8]) { bytes = taken }

    /// How many turns lie at or before `place`.
    private func turnsUpTo(_ place: Int) -> Int {
        var low = 0
        var high = turnCount
        while low < high {
            let middle = (low + high) / 2
            if Int(turns[middle].view) <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
