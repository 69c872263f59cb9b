import Core
import Glibc
import Redaction
import RedactionCorpus

/// What the comparison with other programs reads.
enum Material {
    /// Writes a clean log to standard output.
    static func writeLog(seed: UInt64, bytes: Int) {
        let log = BenignLines.log(seed: seed, bytes: bytes)
        var sent = 0
        while sent < log.count {
            let count = log[sent...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { exit(1) }
            sent += count
        }
    }

    /// Writes a line for each literal: the search it belongs to, whether letters match in either case, whether it begins a word, its
    /// bytes in hexadecimal.
    static func writeLiterals(_ set: DetectorSet) {
        var lines: Set<String> = []
        for detector in set.detectors {
            let startsWord = detector.search == .prefix && detector.pattern.hasPrefix("(?<![A-Za-z0-9])")
            for literal in detector.literals { lines.insert(line("format", literal, detector.ignoresCase, startsWord)) }
        }
        for part in DetectorSet.keyParts { lines.insert(line("name", part, true, false)) }
        for line in lines.sorted() { print(line) }
    }

    private static func line(_ search: String, _ text: String, _ ignoresCase: Bool, _ startsWord: Bool) -> String {
        let digits = text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(search) \(ignoresCase ? 1 : 0) \(startsWord ? 1 : 0) \(digits)"
    }
}
