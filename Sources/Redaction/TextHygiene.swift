import CScan
import Core

/// Leaves out of a text what no reader sees but terminals and models act on: terminal sequences, controls, invisible and bidirectional
/// characters, tag characters. What comes out does not depend on how the text was cut. One for each text at a time.
///
/// A text in a reply that is JSON itself, as the twin of its structure is, is read once more: what its strings escape is left out as it is
/// left out of the structure.
///
/// What emoji and scripts need stays: a joiner behind a character beyond ASCII or behind its variation selector, one variation selector
/// that means something behind such a character or in a keycap, and the tags of the flags of England, Scotland and Wales.
public final class TextHygiene {
    /// Terminal sequences and controls left out since the last `reset`.
    public private(set) var terminal = 0
    /// Invisible characters left out since the last `reset`.
    public private(set) var invisible = 0

    private let isJSON: Bool
    /// How often the text is escaped as strings of JSON are; nil while its beginning does not tell whether it is JSON itself.
    private var depth: Int?
    /// What the end of the text so far leaves open.
    private var held = ByteBuffer()
    /// What was passed last: it says what may follow.
    private var before = Before.plain
    /// The last four bytes that were passed.
    private var tail: UInt32 = 0
    /// Before this place of `held` no command string ends.
    private var barren = 0

    /// Makes one for plain text, or for raw content of JSON strings.
    public init(isJSON: Bool = false) {
        self.isJSON = isJSON
        depth = isJSON ? nil : 0
    }

    /// Whether nothing was left out since the last `reset`.
    public var isUntouched: Bool { terminal == 0 && invisible == 0 }

    /// What was left out since the last `reset`, by kind.
    public var report: RedactionReport {
        let counts = [
            RedactionReport.Count(kind: "terminal-escape", count: terminal),
            RedactionReport.Count(kind: "invisible-character", count: invisible),
        ]
        return RedactionReport(counts: counts.filter { $0.count > 0 }, withheld: 0, numbers: 0)
    }

    /// Whether bytes are text that a reader would be shown: UTF-8, and no control in it but white space and those of terminals.
    static func isText(_ bytes: Span<UInt8>) -> Bool {
        for at in 0..<bytes.count where bytes[at] < 0x20 {
            switch bytes[at] {
            case 0x07...0x0D, 0x1B: continue
            default: return false
            }
        }
        return bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    }

    /// Forgets the text and the counts.
    public func reset() {
        forget()
        terminal = 0
        invisible = 0
    }

    private func forget() {
        held.clear()
        depth = isJSON ? nil : 0
        before = .plain
        tail = 0
        barren = 0
    }

    /// Takes in a piece and appends what is decided.
    public func push(_ piece: Span<UInt8>, into out: inout ByteBuffer) {
        if piece.count == 0 { return }
        if depth == nil, held.isEmpty { depth = depth(of: piece) }
        if held.isEmpty, let depth, Self.odd(piece, 0, depth) == piece.count {
            pass(piece, into: &out)
            return
        }
        held.append(piece)
        if depth == nil { depth = held.withSpan { depth(of: $0) } }
        if depth != nil { clean(isFinal: false, into: &out) }
    }

    /// Ends the text.
    public func finish(into out: inout ByteBuffer) {
        if !held.isEmpty { clean(isFinal: true, into: &out) }
        forget()
    }

    /// How often a text is escaped that begins so; nil when more of it has to tell. An object or a list of JSON is told by what follows its
    /// bracket: lines of logs begin with brackets, too.
    private func depth(of text: Span<UInt8>) -> Int? {
        var at = 0
        var bracket: UInt32 = 0
        while at < min(text.count, Self.openingBytes) {
            guard let next = escaped(text, at) else { return nil }
            at += next.count
            switch (bracket, next.code) {
            case (_, 0x20), (_, 0x09), (_, 0x0A), (_, 0x0D): continue
            case (0, 0x5B), (0, 0x7B): bracket = next.code
            case (0x7B, 0x22), (0x7B, 0x7D), (0x5B, 0x22), (0x5B, 0x5B), (0x5B, 0x5D), (0x5B, 0x7B): return 2
            default: return 1
            }
        }
        return at < Self.openingBytes ? nil : 1
    }

    /// How far white space before JSON is read.
    private static let openingBytes = 256

    private func pass(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        out.append(text)
        for at in max(0, text.count - 4)..<text.count { tail = tail << 8 | UInt32(text[at]) }
        before = text[text.count - 1] >= 0x80 ? .wide : .plain
    }

    private func clean(isFinal: Bool, into out: inout ByteBuffer) {
        let done = held.withSpan { run($0, isFinal: isFinal, into: &out) }
        barren = max(0, barren - done)
        held.consume(done)
    }

    private func run(_ text: Span<UInt8>, isFinal: Bool, into out: inout ByteBuffer) -> Int {
        var at = 0
        while at < text.count {
            let odd = Self.odd(text, at, depth ?? 1)
            if odd > at {
                pass(text.extracting(at..<odd), into: &out)
                at = odd
            }
            guard at < text.count else { break }
            guard let unit = unit(text, at) else {
                if !isFinal { return at }
                out.append(text.extracting(at..<text.count))
                return text.count
            }
            let end = at + unit.count
            switch Self.role(unit.code) {
            case .plain:
                pass(text.extracting(at..<end), into: &out)
                if text[at] == UInt8(ascii: "\\") { tail = unit.code == Self.blackFlag ? Self.blackFlagBytes : 0 }
                before = unit.code >= 0x80 ? .wide : .plain
                at = end
            case .selector:
                guard let isKept = isMeant(unit.code, text, end, isFinal: isFinal) else { return at }
                if isKept { out.append(text.extracting(at..<end)) } else { invisible += 1 }
                if isKept { before = .varied }
                at = end
            case .joiner:
                if before != .plain { out.append(text.extracting(at..<end)) } else { invisible += 1 }
                before = .plain
                at = end
            case .invisible:
                guard let flag = flagEnd(text, at, isFinal: isFinal) else { return at }
                if flag > at { out.append(text.extracting(at..<flag)) } else { invisible += 1 }
                tail = 0
                at = max(end, flag)
            case .control:
                terminal += 1
                at += unit.count
            case .introducer:
                guard let end = sequenceEnd(text, at, unit, isFinal: isFinal) else { return at }
                terminal += 1
                at = end
            }
        }
        return at
    }

    // MARK: Emoji

    private enum Before {
        case plain
        /// A character beyond ASCII.
        case wide
        /// One, and a variation selector.
        case varied
    }

    private static let blackFlag: UInt32 = 0x1F3F4
    private static let blackFlagBytes: UInt32 = 0xF09F_8FB4
    /// What tags spell behind a black flag, with the one that ends them: the flags that Unicode recommends.
    private static let flags = ["gbeng\u{7F}", "gbsct\u{7F}", "gbwls\u{7F}"].map { Array($0.utf8) }

    /// Whether a variation selector means something where it stands; nil when what follows has to tell. The first three are for ideographs
    /// and signs, the last two for emoji; of the others nothing is defined that logs hold.
    private func isMeant(_ code: UInt32, _ text: Span<UInt8>, _ end: Int, isFinal: Bool) -> Bool? {
        if before == .wide { return code <= 0xFE02 || code >= 0xFE0E }
        let last = UInt8(truncatingIfNeeded: tail)
        guard code == 0xFE0F, before == .plain, ASCII.isDigit(last) || last == UInt8(ascii: "#") || last == UInt8(ascii: "*") else {
            return false
        }
        guard end < text.count, let next = unit(text, end) else { return isFinal ? false : nil }
        return next.code == 0x20E3
    }

    /// Where the tags end that make a flag of the black one before them; `start` when they do not; nil when what follows has to tell.
    private func flagEnd(_ text: Span<UInt8>, _ start: Int, isFinal: Bool) -> Int? {
        guard tail == Self.blackFlagBytes else { return start }
        var place = start
        var open = Self.flags
        for step in 0..<6 {
            guard place < text.count, let next = unit(text, place) else { return isFinal ? start : nil }
            open = open.filter { UInt32($0[step]) + 0xE0000 == next.code }
            if open.isEmpty { return start }
            place += next.count
        }
        return place
    }

    private static func odd(_ text: Span<UInt8>, _ at: Int, _ depth: Int) -> Int {
        text.withUnsafeBufferPointer { cscan_odd($0.baseAddress, $0.count, at, Int32(depth)) }
    }

    // MARK: Characters

    private struct Unit {
        let code: UInt32
        let count: Int
    }

    /// The character at a place for whoever reads the text in the end, nil when it goes on behind the end.
    private func unit(_ text: Span<UInt8>, _ at: Int) -> Unit? {
        guard let first = escaped(text, at) else { return nil }
        return first.code == 0x5C && depth == 2 ? escape(text, at, first.count, level: 2) : first
    }

    /// The character at a place as the string of the reply has it. A byte that is no UTF-8 is a character of its own.
    private func escaped(_ text: Span<UInt8>, _ at: Int) -> Unit? {
        let first = text[at]
        if isJSON, first == UInt8(ascii: "\\") { return escape(text, at, 1, level: 1) }
        if first < 0x80 { return Unit(code: UInt32(first), count: 1) }
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        var code = UInt32(first) & (count == 1 ? 0xFF : count == 2 ? 0x1F : count == 3 ? 0x0F : 0x07)
        for step in 1..<max(count, 1) {
            guard at + step < text.count else { return nil }
            guard text[at + step] & 0xC0 == 0x80 else { return Unit(code: 0xFFFD, count: 1) }
            code = code << 6 | UInt32(text[at + step] & 0x3F)
        }
        return Unit(code: count == 1 ? 0xFFFD : code, count: count)
    }

    /// What an escape is written in: bytes in the string of the reply, characters of that string in a text that is JSON itself.
    private func written(_ text: Span<UInt8>, _ at: Int, level: Int) -> Unit? {
        guard at < text.count else { return nil }
        return level == 1 ? Unit(code: UInt32(text[at]), count: 1) : escaped(text, at)
    }

    /// The character that an escape of JSON stands for, whose backslash takes `slash` bytes.
    private func escape(_ text: Span<UInt8>, _ at: Int, _ slash: Int, level: Int) -> Unit? {
        guard let letter = written(text, at + slash, level: level) else { return nil }
        var count = slash + letter.count
        switch letter.code {
        case 0x75: break
        case 0x62: return Unit(code: 0x08, count: count)
        case 0x66: return Unit(code: 0x0C, count: count)
        case 0x6E: return Unit(code: 0x0A, count: count)
        case 0x72: return Unit(code: 0x0D, count: count)
        case 0x74: return Unit(code: 0x09, count: count)
        default: return Unit(code: letter.code, count: count)
        }
        guard let high = hexadecimal(text, at + count, level: level) else { return nil }
        count += high.count
        let alone = Unit(code: high.code, count: count)
        guard high.code &- 0xD800 < 0x400 else { return alone }
        for mark: UInt32 in [0x5C, 0x75] {
            guard let next = written(text, at + count, level: level) else { return nil }
            guard next.code == mark else { return alone }
            count += next.count
        }
        guard let low = hexadecimal(text, at + count, level: level) else { return nil }
        guard low.code &- 0xDC00 < 0x400 else { return alone }
        return Unit(code: 0x10000 + (high.code - 0xD800) << 10 + (low.code - 0xDC00), count: count + low.count)
    }

    /// The number that four digits spell; what is no digit counts as none.
    private func hexadecimal(_ text: Span<UInt8>, _ at: Int, level: Int) -> Unit? {
        var code: UInt32 = 0
        var count = 0
        for _ in 0..<4 {
            guard let digit = written(text, at + count, level: level) else { return nil }
            code = code << 4 | UInt32(digit.code < 0x80 ? Hex.value(of: UInt8(digit.code)) ?? 0 : 0)
            count += digit.count
        }
        return Unit(code: code, count: count)
    }

    private enum Role { case plain, joiner, selector, invisible, control, introducer }

    private static func role(_ code: UInt32) -> Role {
        switch code {
        case 0x09, 0x0A, 0x0D, 0x85: .plain
        case 0x1B, 0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F: .introducer
        case 0x00...0x1F, 0x7F...0x9F: .control
        case 0x200C, 0x200D: .joiner
        case 0xFE00...0xFE0F: .selector
        // What Unicode calls ignorable by default: soft hyphen, grapheme joiner, Arabic letter mark, fillers, Mongolian and general-purpose
        // invisibles, bidirectional controls, those of shorthand and music, tags, and the selectors from 17 on; and annotations.
        case 0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B, 0x200E, 0x200F, 0x202A...0x202E,
            0x2060...0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            .invisible
        default: .plain
        }
    }

    // MARK: Terminal sequences (ECMA-48)

    /// Where the sequence ends that begins at `at`; nil when it goes on behind the end. Of one that is broken only the beginning counts.
    private func sequenceEnd(_ text: Span<UInt8>, _ at: Int, _ first: Unit, isFinal: Bool) -> Int? {
        var place = at + first.count
        var kind = first.code
        if kind == 0x1B {
            guard place < text.count, let next = unit(text, place) else { return isFinal ? place : nil }
            switch next.code {
            case 0x5B: kind = 0x9B
            case 0x50, 0x58, 0x5D, 0x5E, 0x5F: kind = 0x9D
            case 0x20...0x2F: return finalEnd(text, place, final: 0x30...0x7E, before: 0x20...0x2F, atMost: 4, isFinal: isFinal)
            case 0x30...0x7E: return place + next.count
            default: return place
            }
            place += next.count
        }
        if kind != 0x9B { return stringEnd(text, place, isFinal: isFinal) }
        let most = Limits.controlSequenceMax
        return finalEnd(text, place, final: 0x40...0x7E, before: 0x20...0x3F, atMost: most, isFinal: isFinal)
    }

    /// Behind the final character of a sequence; `start` when something stands before it that does not belong there, or too much.
    private func finalEnd(
        _ text: Span<UInt8>, _ start: Int, final: ClosedRange<UInt32>, before: ClosedRange<UInt32>, atMost most: Int, isFinal: Bool
    ) -> Int? {
        var place = start
        for _ in 0..<most {
            guard place < text.count, let next = unit(text, place) else { return isFinal ? start : nil }
            if final ~= next.code { return place + next.count }
            guard before ~= next.code else { return start }
            place += next.count
        }
        return start
    }

    /// A command string: up to BEL or ST, on one line.
    private func stringEnd(_ text: Span<UInt8>, _ start: Int, isFinal: Bool) -> Int? {
        if start < barren { return start }
        var place = start
        for _ in 0..<Limits.commandStringMax {
            guard place < text.count, let next = unit(text, place) else {
                if !isFinal { return nil }
                break
            }
            place += next.count
            if next.code == 0x07 || next.code == 0x9C { return place }
            if next.code == 0x0A { break }
            if next.code == 0x1B {
                guard place < text.count, let last = unit(text, place) else {
                    if !isFinal { return nil }
                    break
                }
                if last.code == 0x5C { return place + last.count }
            }
        }
        barren = place
        return start
    }
}
