import Core

/// Makes an example text of a template, so that no file needs to hold a credential: `AKIA{A-Z2-7:16}` becomes `AKIA` and 16 characters
/// drawn from `A-Z2-7`. `{class:least-most}` draws the length too. Braces that do not have this form stand for themselves.
public struct DetectorTemplate: Sendable {
    private enum Part: Sendable {
        case text([UInt8])
        case draw([UInt8], ClosedRange<Int>)
    }

    private let parts: [Part]

    /// Reads a template.
    public init(_ text: String) {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var plain: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "{"), let (draw, end) = Self.draw(bytes, at) {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = []
                parts.append(draw)
                at = end
            } else {
                plain.append(bytes[at])
                at += 1
            }
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    /// The text for one state of a generator.
    public func expand(using random: inout some RandomNumberGenerator) -> [UInt8] { expandTelling(using: &random).text }

    /// The text for one state of a generator, and the parts of it that were drawn.
    public func expandTelling(using random: inout some RandomNumberGenerator) -> (text: [UInt8], drawn: [[UInt8]]) {
        var out: [UInt8] = []
        var drawn: [[UInt8]] = []
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .draw(let letters, let counts):
                let count = Int.random(in: counts, using: &random)
                let some = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
                drawn.append(some)
                out += some
            }
        }
        return (out, drawn)
    }

    private static func draw(_ bytes: [UInt8], _ start: Int) -> (Part, Int)? {
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let inside = bytes[(start + 1)..<end]
        guard let colon = inside.lastIndex(of: UInt8(ascii: ":")), colon > inside.startIndex else { return nil }
        guard !inside.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "{") }) else { return nil }
        let counts = inside[(colon + 1)...].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let numbers = counts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == counts.count, (1...2).contains(numbers.count), numbers[0] >= 0, numbers[0] <= numbers[numbers.count - 1],
            numbers[numbers.count - 1] <= 8_192
        else { return nil }
        return (.draw(letters(inside[..<colon]), numbers[0]...numbers[numbers.count - 1]), end + 1)
    }

    private static func letters(_ written: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var at = written.startIndex
        while at < written.endIndex {
            if at + 2 < written.endIndex, written[at + 1] == UInt8(ascii: "-"), written[at] <= written[at + 2] {
                out += Array(written[at]...written[at + 2])
                at += 3
            } else {
                out.append(written[at])
                at += 1
            }
        }
        return out
    }
}
