import Core

/// `pprint` and program text write a long string as several: one a line with no comma between them, or with a plus.
extension WindowScan {
    private static let wrappedMax = 16

    /// Where the last string ends that goes on the one which the quote at `close` closes; 0 when none does.
    func wrappedEnd(_ text: Span<UInt8>, _ close: Int, _ depth: Int, _ limit: Int) -> Int {
        var end = close
        for _ in 0..<Self.wrappedMax {
            guard let next = nextString(text, behind: end, text[close], depth, limit) else { break }
            // What stands before a colon is the next key.
            if byte(text, next.upperBound + 1, limit) == 0x3A { break }
            end = next.upperBound
        }
        return end == close ? 0 : end
    }

    /// The string behind a closing quote and a plus, or on the next line, indented: what stands between its quotes.
    private func nextString(_ text: Span<UInt8>, behind close: Int, _ quote: UInt8, _ depth: Int, _ limit: Int) -> Range<Int>? {
        var at = skipSpace(text, close + 1, limit)
        if byte(text, at, limit) == 0x2B {
            at = skipSpace(text, at + 1, limit)
        } else {
            at = close + 1
            if byte(text, at, limit) == 0x0D { at += 1 }
            guard byte(text, at, limit) == 0x0A else { return nil }
            let start = skipBlanks(text, at + 1, limit)
            guard start > at + 1 else { return nil }
            at = start
        }
        guard byte(text, at, limit) == Int(quote) else { return nil }
        let start = at + 1
        at = start
        while at < limit, text[at] != 0x0A {
            if text[at] == quote, view.slashes(at: at) <= depth { return start..<at }
            at += 1
        }
        if at == limit, grows(text, limit) { touchedEnd = true }
        return nil
    }

    /// Adds a value that is several strings; its tag is that of all of them as one.
    func addWrapped(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, anchor: Int) {
        let quote = text[value.end]
        let depth = view.slashes(at: value.end)
        var whole = text.extracting(value.start..<value.end).withUnsafeBufferPointer { [UInt8]($0) }
        var end = value.end
        while end < value.wrapped, let next = nextString(text, behind: end, quote, depth, value.wrapped + 1) {
            whole += text.extracting(next).withUnsafeBufferPointer { [UInt8]($0) }
            end = next.upperBound
        }
        var finding = Finding(value.start, value.wrapped, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor)
        finding.isStrong = kind.tier == .strong
        finding.tag = tag(ofText: whole.span)
        findings.append(finding)
    }
}
