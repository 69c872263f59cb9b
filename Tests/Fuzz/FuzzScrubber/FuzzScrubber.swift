import Core
import FuzzSupport
import JSON
import Redaction
import TestSupport

/// A text and a JSON value are scrubbed whole and in pieces: the same must come out. What holds no secret comes out unchanged, and JSON
/// comes out as JSON of the same shape.
@main struct FuzzScrubber {
    static func main() {
        FuzzDriver("FuzzScrubber", check).run()
    }

    nonisolated private static let engine: RedactionEngine? = {
        let files = ["airflow", "clients", "cloud", "generic", "prose", "saas", "vcs"].map { name in
            (name: name, bytes: SeedFile.read("Policies/detectors/\(name).yaml"))
        }
        guard case .success(let set) = DetectorSet.load(files) else { return nil }
        return RedactionEngine(detectors: set, tenantKey: SecretBytes([UInt8](0..<32).span))
    }()

    nonisolated static func check(_ input: FuzzInput) {
        guard let engine else { fatalError("the detectors cannot be read; is this the root of the repository?") }
        var generator = input.generator
        checkValue(input.bytes, engine, &generator)
        let text = planted(in: input.bytes, engine, &generator)
        checkText(text, engine, &generator)
        // Again across the border of a window, where an undecided place has to wait.
        let filler = [UInt8]("[2026-11-21, 07:24:44 UTC] {taskinstance.py:1133} INFO - done\n".utf8)
        let lead = Limits.redactionWindowBytes - Int.random(in: 0...text.count, using: &generator)
        let padding = (0..<max(lead, 0)).map { filler[$0 % filler.count] }
        checkText(padding + text, engine, &generator)
        checkValue(text, engine, &generator)
    }

    /// The text with up to three secrets of the detectors' own examples somewhere in it, made anew for each input.
    nonisolated private static func planted(in text: [UInt8], _ engine: RedactionEngine, _ generator: inout SeededGenerator) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            guard let example = engine.detectors.detectors.flatMap(\.positives).randomElement(using: &generator) else { continue }
            let at = Int.random(in: 0...text.count, using: &generator)
            text.insert(contentsOf: DetectorTemplate(example).expand(using: &generator), at: at)
        }
        return text
    }

    nonisolated private static func checkText(_ text: [UInt8], _ engine: RedactionEngine, _ generator: inout SeededGenerator) {
        let (whole, report) = scrubbed([text], engine)
        for longest in [7, 600] where text.count < 2_000 || longest > 7 {
            let (pieces, other) = scrubbed(generator.pieces(of: text, longest: longest), engine)
            FuzzInput.require(pieces == whole, "a cut changes what is scrubbed: \(shown(text))")
            FuzzInput.require(other == report, "a cut changes the report: \(shown(text))")
        }
        if report.isEmpty { FuzzInput.require(whole == text, "nothing was found, and something changed: \(shown(text))") }
    }

    nonisolated private static func scrubbed(_ pieces: [[UInt8]], _ engine: RedactionEngine) -> ([UInt8], RedactionReport) {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        for piece in pieces { scrubber.push(piece.span, into: &out) }
        scrubber.finish(into: &out)
        return (out.copy(), scrubber.report)
    }

    /// The bytes as a JSON value; if they are none, as a string of one.
    nonisolated private static func checkValue(_ bytes: [UInt8], _ engine: RedactionEngine, _ generator: inout SeededGenerator) {
        var text = bytes
        if (try? JSONDocument.parse(bytes, dialect: .reply)) == nil {
            var quoted = ByteBuffer()
            JSONText.appendString(bytes.span, to: &quoted)
            text = [UInt8]("{\"text\":".utf8) + quoted.copy() + [UInt8(ascii: "}")]
        }
        let whole = ScrubbedValue([text], engine)
        FuzzInput.require(
            ScrubbedValue(generator.pieces(of: text, longest: 9), engine) == whole, "a cut changes a value: \(shown(text))")
        guard let before = try? JSONDocument.parse(text, dialect: .reply) else { fatalError("the value is no JSON") }
        guard let after = try? JSONDocument.parse(whole.text, dialect: .reply) else {
            fatalError("what was scrubbed is no JSON: \(shown(text))")
        }
        FuzzInput.require(isAlike(before.root, after.root), "scrubbing changed the shape: \(shown(text))")
    }

    /// The end of a text with its planted examples, as an array to paste into a test.
    nonisolated private static func shown(_ text: [UInt8]) -> String { "\(text.count) bytes, \(Array(text.suffix(1_500)))" }

    nonisolated private static func isAlike(_ a: JSONNode, _ b: JSONNode) -> Bool {
        guard a.kind == b.kind, a.count == b.count else { return false }
        var left: [JSONNode] = []
        var right: [JSONNode] = []
        a.forEachElement { left.append($0) }
        b.forEachElement { right.append($0) }
        a.forEachMember { left.append($1) }
        b.forEachMember { right.append($1) }
        return zip(left, right).allSatisfy { isAlike($0, $1) }
    }
}
