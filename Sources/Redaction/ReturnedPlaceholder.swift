import CScan
import Core
import Glibc

/// Finds placeholders of ours in what a client sends: as they stand, in letters of another case, behind the backslashes that a model puts
/// before low lines, and in all that redaction sees through (escapes, characters that nobody sees, percent, base64, hex, base32, gzip), as
/// deep as that looks. What is deeper, or grows beyond its bounds when it is inflated, is told.
public struct ReturnedPlaceholder {
    let kinds: [[UInt8]]
    /// Placeholders are tags alone: letters that may be a word are taken for one.
    let showsTagsAlone: Bool

    /// How a look at what a client sends came out.
    public enum Outcome: Sendable {
        /// There is none.
        case nothing
        /// There is one.
        case placeholder
        /// None was seen, and a part could not be looked at within its bounds.
        case unread
    }

    /// Looks at a text that was encoded `depth` times.
    func look(at text: Span<UInt8>, depth: Int = 0) -> Outcome {
        let traits = text.withUnsafeBufferPointer { cscan_traits($0.baseAddress, $0.count) }
        if traits & FlatView.needsFlattening == 0 { return look(text, traits & UInt32(CSCAN_HAS_PERCENT) != 0, depth) }
        let view = FlatView()
        _ = view.flatten(text, isFinal: true)
        let flat = view.takeBytes()
        return look(flat.span.extracting(0..<view.count), view.hasPercent, depth)
    }

    private func look(_ text: Span<UInt8>, _ hasPercent: Bool, _ depth: Int) -> Outcome {
        if stands(in: text) { return .placeholder }
        var outcome = hasPercent ? lookUnmarked(text, UInt8(ascii: "%"), depth) : .nothing
        if outcome == .placeholder { return outcome }
        return withUnsafeTemporaryAllocation(of: cscan_run.self, capacity: 64) { runs in
            var at = 0
            while at < text.count {
                let count = text.withUnsafeBufferPointer { cscan_encoded($0.baseAddress, $0.count, &at, runs.baseAddress, runs.count) }
                for run in runs[..<count] {
                    let start = Int(run.start)
                    switch lookInto(text.extracting(start..<start + Int(run.length)), Int32(run.encoding), depth) {
                    case .nothing: break
                    case .placeholder: return .placeholder
                    case .unread: outcome = .unread
                    }
                }
            }
            return outcome
        }
    }

    // MARK: As it stands

    /// Looks at each low line: there are few, and fewer behind a `d`.
    private func stands(in text: Span<UInt8>) -> Bool {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            var at = 0
            while at < bytes.count, let found = memchr(base + at, Int32(UInt8(ascii: "_")), bytes.count - at) {
                at = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
                if isHead(bytes, at - 1), isKind(bytes, at) { return true }
            }
            return false
        }
    }

    /// Whether a head ends with the low line at `place`.
    private func isHead(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
        let end = wordEnd(text, place)
        guard end >= Self.word.count, ASCII.lower(text[end - 1]) == UInt8(ascii: "d") else { return false }
        for (at, letter) in Self.word.enumerated() where ASCII.lower(text[end - Self.word.count + at]) != letter { return false }
        return true
    }

    /// Where the word before a low line ends: before the backslashes that a model may have put there.
    private func wordEnd(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int {
        var end = place
        while end > 0, place - end < Self.slashesMax, text[end - 1] == UInt8(ascii: "\\") { end -= 1 }
        return end
    }

    /// Whether one of the kinds, or a tag, stands behind the head that ends before `start`.
    private func isKind(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        var kind: [UInt8] = []
        var at = start
        while at < text.count, kind.count <= 40, Placeholder.isKindByte(ASCII.lower(text[at])) {
            kind.append(ASCII.lower(text[at]))
            at += 1
        }
        if kinds.contains(kind) { return true }
        guard kind.count == Placeholder.tagCount else { return false }
        let end = wordEnd(text, start - 1)
        if text[(end - Self.word.count)..<end].elementsEqual("REDACTED".utf8) { return true }
        // In other letters it may be a name, `redacted_customer`: then digits tell a tag, or that tags stand alone.
        return kind.allSatisfy(Placeholder.isTagByte) && (showsTagsAlone || kind.contains(where: ASCII.isDigit))
    }

    private static let word = Array("redacted".utf8)
    private static let slashesMax = 16

    // MARK: Encoded

    private func lookUnmarked(_ text: Span<UInt8>, _ mark: UInt8, _ depth: Int) -> Outcome {
        let view = FlatView()
        view.unmark(text, mark)
        guard view.count < text.count else { return .nothing }
        guard depth < Limits.redactionDecodeDepthMax else { return .unread }
        let plain = view.takeBytes()
        return look(at: plain.span.extracting(0..<view.count), depth: depth + 1)
    }

    private func lookInto(_ run: Span<UInt8>, _ encoding: Int32, _ depth: Int) -> Outcome {
        switch encoding {
        case Int32(CSCAN_QUOTED): return lookUnmarked(run, UInt8(ascii: "="), depth)
        case Int32(CSCAN_HEX), Int32(CSCAN_BASE32), Int32(CSCAN_BASE64), Int32(CSCAN_DEFLATED):
            if depth >= Limits.redactionDecodeDepthMax { return .unread }
        // Told by its shape alone.
        default: return .nothing
        }
        var plain = [UInt8](repeating: 0, count: run.count + 8)
        let count = run.withUnsafeBufferPointer { source in
            plain.withUnsafeMutableBufferPointer { out in
                switch encoding {
                case Int32(CSCAN_HEX): cscan_hex(source.baseAddress, source.count, out.baseAddress)
                case Int32(CSCAN_BASE32): cscan_base32(source.baseAddress, source.count, out.baseAddress)
                default: cscan_base64(source.baseAddress, source.count, out.baseAddress)
                }
            }
        }
        guard encoding == Int32(CSCAN_DEFLATED) else { return look(at: plain.span.extracting(0..<count), depth: depth + 1) }
        var inflated = [UInt8](
            repeating: 0, count: min(Limits.redactionInflatedBytesMax, max(16_384, count * Limits.redactionInflationRatioMax)))
        let outcome = plain[0..<count].withUnsafeBufferPointer { source in
            inflated.withUnsafeMutableBufferPointer { Inflation.run(source, into: $0) }
        }
        switch outcome {
        case .none: return .nothing
        case .tooLong: return .unread
        case .text(let written): return look(at: inflated.span.extracting(0..<written), depth: depth + 1)
        }
    }
}
