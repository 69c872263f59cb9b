/// Follows a scrubber through a text and tells what it finds and where; there is one only where somebody asked.
final class DiscoveryLog {
    /// The record at hand; nil in plain text, where lines are counted.
    var record: Int?
    /// Where in the record the value at hand stands.
    var path: ValuePath?
    private let tell: (Discovery) -> Void
    private var line = 1
    private var offset = 0

    init(_ tell: @escaping (Discovery) -> Void) { self.tell = tell }

    /// A text begins.
    func begin() {
        line = 1
        offset = 0
    }

    /// The scrubber lets go of bytes: places count from behind them now.
    func pass(_ bytes: Span<UInt8>) {
        offset += bytes.count
        for at in 0..<bytes.count where bytes[at] == UInt8(ascii: "\n") { line += 1 }
    }

    /// Something was found in what the scrubber holds.
    func note(
        _ finding: Finding, at place: Range<Int>, in source: Span<UInt8>, tag: UInt64, _ detectors: DetectorSet, allowance: Allowance? = nil
    ) {
        if finding.form == .nothing { return }
        var begins = line
        for at in 0..<place.lowerBound where source[at] == UInt8(ascii: "\n") { begins += 1 }
        tell(
            Discovery(
                detector: detectors.name(ofSource: finding.source), kind: detectors.kinds[Int(finding.kind)], line: record ?? begins,
                offset: offset + place.lowerBound, count: place.count, path: told,
                fingerprint: Placeholder.text(ofTag: tag), reason: detectors.reason(of: finding), allowance: allowance))
    }

    /// Where the value stands, as it may be told.
    private var told: String { path?.told.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "" }

    /// A number under a key that names a secret became 0.
    func noteNumber(_ digits: Int, _ kind: String) {
        tell(
            Discovery(
                detector: kind, kind: kind, line: record ?? line, offset: 0, count: digits,
                path: told, fingerprint: "",
                reason: "a number under a key that names a secret, now 0", allowance: nil))
    }
}
