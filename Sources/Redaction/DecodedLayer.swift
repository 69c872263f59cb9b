import CScan
import Core

/// One level of decoding below a text: the scan that looks at what encoded parts of it mean, with the memory they are decoded into.
final class DecodedLayer {
    let scan: WindowScan
    private var bytes: [UInt8] = []
    private var inflated: [UInt8] = []

    init(_ engine: RedactionEngine, names: KeyNames, depth: Int) {
        scan = WindowScan(engine, names: names, depth: depth)
    }

    /// What was found in a decoded text: its kind, how certain it is, and the tag of the secret.
    struct Hit {
        let kind: UInt16
        let source: UInt16
        let rank: UInt8
        let tag: UInt64
    }

    /// How a look at an encoded run came out.
    enum Outcome {
        case nothing
        case secret(Hit)
        /// It cannot be looked at within its bounds.
        case tooLong
        /// It decodes to nothing but that many digits.
        case digits(Int)
    }

    /// Decodes a run and looks for a secret in it.
    func look(at run: Span<UInt8>, encoding: Int32, isPreciseOnly: Bool) -> Outcome {
        reserve(run.count + 8)
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        defer { swap(&taken, &bytes) }
        var count = run.withUnsafeBufferPointer { source in
            taken.withUnsafeMutableBufferPointer { out in
                switch encoding {
                case Int32(CSCAN_HEX): cscan_hex(source.baseAddress, source.count, out.baseAddress)
                case Int32(CSCAN_BASE32): cscan_base32(source.baseAddress, source.count, out.baseAddress)
                default: cscan_base64(source.baseAddress, source.count, out.baseAddress)
                }
            }
        }
        if encoding == Int32(CSCAN_DEFLATED) {
            // What grows more than that is made to be taken apart, not to be read.
            let room = min(Limits.redactionInflatedBytesMax, max(16_384, count * Limits.redactionInflationRatioMax))
            if inflated.count < room { inflated = [UInt8](repeating: 0, count: room) }
            let outcome = taken[0..<count].withUnsafeBufferPointer { source in
                inflated.withUnsafeMutableBufferPointer { Inflation.run(source, into: UnsafeMutableBufferPointer(rebasing: $0[0..<room])) }
            }
            switch outcome {
            case .none: return .nothing
            case .tooLong: return .tooLong
            case .text(let written):
                swap(&taken, &inflated)
                count = written
            }
        }
        let plain = taken.span.extracting(0..<count)
        if let digits = Self.digits(plain) { return .digits(digits) }
        return best(in: plain, isPreciseOnly: isPreciseOnly).map { .secret($0) } ?? .nothing
    }

    /// Looks at a text in which the escapes that `mark` begins, `%` or `=`, are resolved; the findings are told in places of `source`.
    func lookUnmarked(_ source: Span<UInt8>, _ mark: UInt8, isPreciseOnly: Bool, _ body: (_ start: Int, _ end: Int, Hit) -> Void) {
        let outer = FlatView()
        outer.unmark(source, mark)
        let decoded = outer.takeBytes()
        lookInto(decoded.span.extracting(0..<outer.count), isPreciseOnly: isPreciseOnly) { start, end, hit in
            body(outer.sourceStart(of: start), outer.sourceEnd(of: end), hit)
        }
    }

    /// Looks at a decoded text; the findings are told one by one in places of it.
    func lookInto(_ text: Span<UInt8>, isPreciseOnly: Bool, _ body: (_ start: Int, _ end: Int, Hit) -> Void) {
        if LiteralSet.isPlain(text, scan.set.prefixes, scan.set.keyNames), !scan.hasKnown { return }
        prepare(isPreciseOnly)
        _ = scan.view.flatten(text, isFinal: true)
        func tell(_ view: Span<UInt8>) {
            _ = scan.scan(view, from: 0, isFinal: true)
            // What passes is told too: it passes there by the same entry.
            for finding in scan.findings + scan.asides where finding.form == .placeholder {
                body(scan.view.sourceStart(of: finding.start), scan.view.sourceEnd(of: finding.end), hit(finding, view))
            }
        }
        if scan.view.isSource { return tell(text) }
        let flat = scan.view.takeBytes()
        tell(flat.span.extracting(0..<scan.view.count))
        scan.view.giveBack(flat)
    }

    private func best(in plain: Span<UInt8>, isPreciseOnly: Bool) -> Hit? {
        prepare(isPreciseOnly)
        _ = scan.view.flatten(plain, isFinal: true)
        if scan.view.isSource { return best(inView: plain) }
        let flat = scan.view.takeBytes()
        defer { scan.view.giveBack(flat) }
        return best(inView: flat.span.extracting(0..<scan.view.count))
    }

    private func best(inView view: Span<UInt8>) -> Hit? {
        _ = scan.scan(view, from: 0, isFinal: true)
        var best: Finding?
        for finding in scan.findings where finding.form == .placeholder && finding.rank > best?.rank ?? 0 { best = finding }
        if best == nil { best = scan.asides.first { $0.form == .placeholder } }
        return best.map { hit($0, view) }
    }

    private func hit(_ finding: Finding, _ view: Span<UInt8>) -> Hit {
        Hit(kind: finding.kind, source: finding.source, rank: finding.rank, tag: scan.tag(of: finding, in: view))
    }

    private func prepare(_ isPreciseOnly: Bool) {
        scan.isPreciseOnly = isPreciseOnly
        scan.closeZones()
    }

    private func reserve(_ count: Int) {
        if bytes.count < count { bytes = [UInt8](repeating: 0, count: max(count, 1_024)) }
    }

    private static func digits(_ plain: Span<UInt8>) -> Int? {
        guard plain.count > 0, plain.count < 24 else { return nil }
        for at in 0..<plain.count where !ASCII.isDigit(plain[at]) { return nil }
        return plain.count
    }
}
