import Core
import Glibc
import Redaction
import TestSupport

/// The shipped detectors and the fakes that tests plant, made at run time.
enum Samples {
    static let detectorFiles: [(name: String, bytes: [UInt8])] = ["airflow", "clients", "cloud", "generic", "prose", "saas", "vcs"].map {
        name in
        ("\(name).yaml", read(detectorPath(name)))
    }

    static func detectorPath(_ name: String) -> String {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        return "\(path)/Policies/detectors/\(name).yaml"
    }

    static let detectors: DetectorSet = {
        switch DetectorSet.load(detectorFiles) {
        case .success(let set): return set
        case .failure(let faults): fatalError(faults.description)
        }
    }()

    static let engine = RedactionEngine(detectors: detectors, tenantKey: SecretBytes(Array("tests only, not secret".utf8).span))

    /// What becomes of a text that comes in one piece, or in random ones of at most `longest` bytes.
    static func scrub(_ text: String, with engine: RedactionEngine, longest: Int, seed: UInt64) -> String {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        var random = SeededGenerator(seed: seed)
        for piece in longest > 0 ? random.pieces(of: Array(text.utf8), longest: longest) : [Array(text.utf8)] {
            scrubber.push(piece.span, into: &out)
        }
        scrubber.finish(into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { fatalError("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[0..<count] }
        return bytes
    }

    static func scrub(_ text: String) -> String { String(decoding: scrub(Array(text.utf8)), as: UTF8.self) }

    static func scrub(_ text: [UInt8], pieces: [[UInt8]]? = nil) -> [UInt8] {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        for piece in pieces ?? [text] { scrubber.push(piece.span, into: &out) }
        scrubber.finish(into: &out)
        return out.copy()
    }

    static func scrubSettling(_ text: [UInt8], pieces: [[UInt8]]) -> [UInt8] {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        for piece in pieces {
            scrubber.push(piece.span, into: &out)
            scrubber.settle(into: &out)
        }
        scrubber.finish(into: &out)
        return out.copy()
    }
}
