import Core

extension WindowScan {
    /// A line of a hexadecimal dump: where the digits of each byte stand, and where its text does.
    private struct DumpLine {
        /// How many bytes came before.
        let first: Int
        var pairs: [Int] = []
        /// Where the text beside the digits begins; -1 without one.
        var side = -1
    }

    /// Looks at a dump, as `hexdump -C` and `xxd` write them, whose first line begins at `start`: a secret in what it shows takes its
    /// digits and its letters.
    func lookAtDump(_ text: Span<UInt8>, _ start: Int) {
        guard let layer = nextLayer(), start == 0 ? isAtStart : text[start - 1] < 0x20 || text[start - 1] == 0x22 else { return }
        let limit = min(text.count, start + Limits.redactionEncodedBytesMax)
        touchedEnd = false
        var lines: [DumpLine] = []
        var bytes: [UInt8] = []
        var at = start
        while let line = dumpLine(text, &at, limit, into: &bytes) { lines.append(line) }
        if touchedEnd, grows(text, limit) { return hold(start) }
        guard bytes.count >= 8 else { return }
        layer.lookInto(bytes.span, isPreciseOnly: isPreciseOnly) { from, to, hit in
            var form = Finding.Form.placeholder
            for line in lines where line.first < to && line.first + line.pairs.count > from {
                let low = max(0, from - line.first)
                let high = min(line.pairs.count, to - line.first)
                var stretches = [line.pairs[low]..<(line.pairs[high - 1] + 2)]
                if line.side >= 0 { stretches.append((line.side + low)..<(line.side + high)) }
                for stretch in stretches {
                    var finding = Finding(stretch.lowerBound, stretch.upperBound, kind: hit.kind, rank: hit.rank, anchor: start)
                    finding.source = hit.source
                    finding.tag = hit.tag
                    finding.form = form
                    findings.append(finding)
                    form = .nothing
                }
            }
        }
    }

    /// Reads one line and moves behind it; nil for what is none.
    private func dumpLine(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, into bytes: inout [UInt8]) -> DumpLine? {
        var at = place
        var isZero = true
        while at - place < 8 {
            guard let digit = digit(text, at, limit) else { return nil }
            isZero = isZero && digit == 0
            at += 1
        }
        // The next dump.
        if isZero, !bytes.isEmpty { return nil }
        let isGrouped = byte(text, at, limit) == 0x3A
        if isGrouped { at += 1 }
        guard byte(text, at, limit) == 0x20 else { return nil }
        var line = DumpLine(first: bytes.count)
        while line.pairs.count < 16 {
            let gap = skipBlanks(text, at, limit) - at
            let isMiddle = !isGrouped && (line.pairs.isEmpty || line.pairs.count == 8)
            guard gap <= (isMiddle ? 2 : 1), let high = digit(text, at + gap, limit), let low = digit(text, at + gap + 1, limit) else {
                break
            }
            line.pairs.append(at + gap)
            bytes.append(high << 4 | low)
            at += gap + 2
        }
        guard !line.pairs.isEmpty else { return nil }
        at = skipBlanks(text, at, limit)
        if byte(text, at, limit) == 0x7C { at += 1 }
        let side = at
        while byte(text, at, limit) >= 0x20, at - side < 24 { at += 1 }
        if at - side >= line.pairs.count { line.side = side }
        while byte(text, at, limit) == 0x0D { at += 1 }
        place = byte(text, at, limit) == 0x0A ? at + 1 : limit
        return line
    }

    private func digit(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> UInt8? {
        let next = byte(text, place, limit)
        return next < 0 ? nil : Hex.value(of: UInt8(next))
    }
}
