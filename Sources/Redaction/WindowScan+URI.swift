import Core

extension WindowScan {
    /// Looks at the userinfo of a URI whose `://` stands at `mark`: a password, or a token in the user's place.
    func lookAtURI(_ text: Span<UInt8>, _ mark: Int) {
        guard mark > 0, ASCII.isAlphanumeric(text[mark - 1]) else { return }
        let start = mark + 3
        let limit = min(text.count, start + Self.userinfoReach)
        touchedEnd = false
        var colon = -1
        var sign = -1
        var slash = -1
        var at = start
        scanning: while true {
            while at < limit, !Self.isAuthorityMark(text[at]) { at += 1 }
            switch byte(text, at, limit) {
            case 0x0A, 0x0D, 0x22:
                if colon >= start, colon + 1 < at, sign < 0, !isPort(text, colon + 1, at) {
                    lookAtBrokenUserinfo(text, colon + 1, at, limit, anchor: mark)
                }
                break scanning
            case -1...0x20, 0x27, 0x3C, 0x3E, 0x5C, 0x60: break scanning
            case 0x3A: if colon < 0 { colon = at }
            case 0x40: sign = at
            case 0x2F, 0x3F, 0x23:
                // The authority ends here, unless a password holds the character unescaped.
                if sign >= 0 || colon < 0 || isPort(text, colon + 1, at) { break scanning }
                if slash < 0 {
                    slash = at
                    // What matters of the rest is whether it holds an at sign or an end.
                    if authoritySeen.contains(at) { at = max(at, min(authoritySeen.upperBound, slash + Self.slashReach) - 1) }
                }
                if at - slash > Self.slashReach { break scanning }
            default: break
            }
            at += 1
        }
        if touchedEnd, grows(text, limit) {
            hold(mark)
            return
        }
        // What cannot be told from a password within the reach of one.
        if sign < 0, at == limit, limit < text.count, colon >= start, slash < 0, !isPort(text, colon + 1, at) {
            return withhold(text, colon + 1)
        }
        guard sign > start else {
            authoritySeen = start..<at
            return
        }
        if colon >= start, colon + 1 < sign {
            addUserinfo(text, colon + 1, sign, .urlPassword, anchor: mark)
        } else if colon < 0 || colon > sign, sign - start >= 16, ValueShape.isRandom(text.extracting(start..<sign)) {
            addUserinfo(text, start, sign, .token, anchor: mark)
        }
    }

    /// Whether a byte may end an authority or part it.
    private static func isAuthorityMark(_ byte: UInt8) -> Bool {
        // Controls, the blank and `"#'/:<>?@\` and the backtick, one bit for each byte of ASCII.
        let bits: UInt64 = byte < 64 ? 0xD400_808D_FFFF_FFFF : byte < 128 ? 0x0000_0001_1000_0001 : 0
        return bits >> UInt64(byte & 63) & 1 == 1
    }

    /// How far a userinfo may reach, and how far behind the first slash in it.
    private static let userinfoReach = 1_024
    private static let slashReach = 64

    private func isPort(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        for at in start..<end where !ASCII.isDigit(text[at]) { return false }
        return true
    }

    private func addUserinfo(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ kind: GrammarKind, anchor: Int) {
        let value = text.extracting(start..<end)
        if ValueShape.isPlaceholder(value) { return }
        findings.append(Finding(start, end, kind: kind.rawValue, rank: Finding.Rank.pattern, anchor: anchor))
    }

    /// A password in a URI that a line break or the end of an event parts, and the at sign and the host behind the rest of it.
    private func lookAtBrokenUserinfo(_ text: Span<UInt8>, _ start: Int, _ place: Int, _ limit: Int, anchor: Int) {
        guard let piece = nextPiece(text, place, limit, takesEvents: true), byte(text, piece.end, limit) == 0x40 else { return }
        let host = byte(text, piece.end + 1, limit)
        guard host > 0, ASCII.isAlphanumeric(UInt8(host)) else { return }
        // A soft line break of quoted-printable.
        let end = place - start > 1 && text[place - 1] == 0x3D ? place - 1 : place
        pieces.removeAll(keepingCapacity: true)
        pieces.append(Piece(start: start, end: end))
        pieces.append(piece)
        joined.removeAll(keepingCapacity: true)
        for piece in pieces { for at in piece.start..<piece.end { joined.append(text[at]) } }
        let whole = joined
        var finding = Finding(start, end, kind: GrammarKind.urlPassword.rawValue, rank: Finding.Rank.pattern, anchor: anchor)
        finding.tag = tag(ofText: whole.span)
        findings.append(finding)
        finding.start = piece.start
        finding.end = piece.end
        finding.form = .nothing
        findings.append(finding)
    }
}
