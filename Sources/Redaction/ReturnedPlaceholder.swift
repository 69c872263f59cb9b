import CScan
import Core

/// Finds placeholders of ours in what a client sends: as they stand, in letters of another case, behind the backslashes that a model puts
/// before low lines, and in all that redaction sees through (escapes, characters that nobody sees, percent, base64, hex, base32, gzip), as
/// deep as that looks. What is deeper, or grows beyond its bounds when it is inflated, is not looked at.
struct ReturnedPlaceholder {
    let kinds: [[UInt8]]

    private static let head = LiteralSet([LiteralSet.Literal(bytes: Array("redacted".utf8), ignoresCase: true)])

    /// Whether one is in the text, which is encoded `depth` times already.
    func isIn(_ text: Span<UInt8>, depth: Int = 0) -> Bool {
        let traits = text.withUnsafeBufferPointer { cscan_traits($0.baseAddress, $0.count) }
        if traits & FlatView.needsFlattening == 0 { return look(text, traits & UInt32(CSCAN_HAS_PERCENT) != 0, depth) }
        let view = FlatView()
        _ = view.flatten(text, isFinal: true)
        let flat = view.takeBytes()
        return look(flat.span.extracting(0..<view.count), view.hasPercent, depth)
    }

    private func look(_ text: Span<UInt8>, _ hasPercent: Bool, _ depth: Int) -> Bool {
        if stands(in: text) { return true }
        if depth >= Limits.redactionDecodeDepthMax { return false }
        if hasPercent, isUnmarked(text, UInt8(ascii: "%"), depth) { return true }
        return withUnsafeTemporaryAllocation(of: cscan_run.self, capacity: 64) { runs in
            var at = 0
            while at < text.count {
                let count = text.withUnsafeBufferPointer { cscan_encoded($0.baseAddress, $0.count, &at, runs.baseAddress, runs.count) }
                for run in runs[..<count] {
                    let start = Int(run.start)
                    if isEncoded(text.extracting(start..<start + Int(run.length)), Int32(run.encoding), depth) { return true }
                }
            }
            return false
        }
    }

    // MARK: As it stands

    private func stands(in text: Span<UInt8>) -> Bool {
        guard let head = Self.head else { return false }
        return withUnsafeTemporaryAllocation(of: cscan_hit.self, capacity: head.hitCapacity) { hits in
            guard let room = hits.baseAddress else { return false }
            var at = 0
            while at < text.count {
                let count = head.find(in: text, at: &at, hits: room, capacity: hits.count)
                for hit in hits[..<count] where begins(text, Int(hit.start)) { return true }
            }
            return false
        }
    }

    private func begins(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var at = start + Self.slashesAt
        while at < text.count, at - start < Self.slashesAt + 16, text[at] == UInt8(ascii: "\\") { at += 1 }
        guard at < text.count, text[at] == UInt8(ascii: "_") else { return false }
        at += 1
        var kind: [UInt8] = []
        while at < text.count, kind.count <= 40, Placeholder.isKindByte(ASCII.lower(text[at])) {
            kind.append(ASCII.lower(text[at]))
            at += 1
        }
        if kinds.contains(kind) { return true }
        guard kind.count == Placeholder.tagCount else { return false }
        if ASCII.equals(text.extracting(start..<start + Self.slashesAt), "REDACTED") { return true }
        // In other letters it may be a name, `redacted_customer`: then digits tell a tag.
        return kind.allSatisfy(Placeholder.isTagByte) && kind.contains(where: ASCII.isDigit)
    }

    private static let slashesAt = 8

    // MARK: Encoded

    private func isUnmarked(_ text: Span<UInt8>, _ mark: UInt8, _ depth: Int) -> Bool {
        let view = FlatView()
        view.unmark(text, mark)
        guard view.count < text.count else { return false }
        let plain = view.takeBytes()
        return isIn(plain.span.extracting(0..<view.count), depth: depth + 1)
    }

    private func isEncoded(_ run: Span<UInt8>, _ encoding: Int32, _ depth: Int) -> Bool {
        if encoding == Int32(CSCAN_QUOTED) { return isUnmarked(run, UInt8(ascii: "="), depth) }
        var plain = [UInt8](repeating: 0, count: run.count + 8)
        let count = run.withUnsafeBufferPointer { source in
            plain.withUnsafeMutableBufferPointer { out in
                switch encoding {
                case Int32(CSCAN_HEX): cscan_hex(source.baseAddress, source.count, out.baseAddress)
                case Int32(CSCAN_BASE32): cscan_base32(source.baseAddress, source.count, out.baseAddress)
                case Int32(CSCAN_BASE64), Int32(CSCAN_DEFLATED): cscan_base64(source.baseAddress, source.count, out.baseAddress)
                default: 0
                }
            }
        }
        guard encoding == Int32(CSCAN_DEFLATED) else { return isIn(plain.span.extracting(0..<count), depth: depth + 1) }
        var inflated = [UInt8](
            repeating: 0, count: min(Limits.redactionInflatedBytesMax, max(16_384, count * Limits.redactionInflationRatioMax)))
        let outcome = plain[0..<count].withUnsafeBufferPointer { source in
            inflated.withUnsafeMutableBufferPointer { Inflation.run(source, into: $0) }
        }
        guard case .text(let written) = outcome else { return false }
        return isIn(inflated.span.extracting(0..<written), depth: depth + 1)
    }
}
