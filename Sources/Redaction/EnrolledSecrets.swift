import CScan
import Core
import Crypto
import YAML

/// Values of which only keyed hashes are kept: a run of a text that is such a value as a whole is found, as it stands or decoded. Shared by
/// all loops.
///
/// The file is text: a line that names the key by four bytes of a hash of it, a line that tells from which length on there are values
/// without an anchor (`cscan_has_anchor`), and a line for each value with 20 bits of its beginning and length and 64 bits of all of it,
/// both keyed. Without the key it tells how many values there are, and the length of the shortest one that looks like words, to the step
/// below; with the key, guesses can be tested, so both are kept like secrets.
///
/// That one length is what makes the search cheap: a run of a text is hashed only if it has an anchor, which few have, or is at least so
/// long. Nothing is told of single values, and no hash is of a part of a value but for those 20 bits of its first eight bytes: with the
/// key a wrong guess of those looks right once in a million times for each value there is, and the rest has to be guessed as a whole. Files
/// of version 1 lack the second line: every run of 10 bytes is hashed.
public final class EnrolledSecrets: Sendable {
    private let key: [UInt64]
    private let hashes: [UInt64]
    private let marks: [UInt8]
    /// Whether values with an anchor are searched at the anchors of a text.
    private let hasAnchored: Bool
    /// The length of runs from which on all are looked at; more than any value has when none need be.
    private let least: Int

    /// How many there are.
    public var count: Int { hashes.count }
    /// Whether every long run has to be looked at: some values look like words, or the file does not say.
    public var isSlow: Bool { least <= Int(CSCAN_KNOWN_MAX) }

    /// Why a value cannot be enrolled.
    public enum Refusal: Sendable {
        /// Fewer than 10 bytes, or more than 512.
        case length
        /// It holds a byte that ends a run: it would never be found as a whole.
        case bytes
    }

    /// Whether a value can be enrolled: nil when it can.
    public static func refusal(of value: Span<UInt8>) -> Refusal? {
        let trimmed = trim(value)
        guard (Int(CSCAN_ENROLLED_MIN)...Int(CSCAN_KNOWN_MAX)).contains(trimmed.count) else { return .length }
        for at in trimmed where cscan_is_enrollable(value[at]) == 0 { return .bytes }
        return nil
    }

    /// What `file` made.
    public struct File: Sendable {
        /// Its text.
        public let text: [UInt8]
        /// How many values it holds.
        public let count: Int
        /// How many of them look like words, so that they are searched at every long run.
        public let wordCount: Int
    }

    /// The text of a file that holds the hashes of these values under a key; values that cannot be enrolled are left out, and equal ones
    /// are one line.
    public static func file(of values: [[UInt8]], tenantKey: SecretBytes) -> File {
        let key = deriveKey(tenantKey)
        var lines: Set<String> = []
        var words: Set<ArraySlice<UInt8>> = []
        for value in values where refusal(of: value.span) == nil {
            let trimmed = value[trim(value.span)]
            trimmed.withUnsafeBufferPointer { bytes in
                if cscan_has_anchor(bytes.baseAddress, bytes.count) == 0 { words.insert(trimmed) }
                let mark = cscan_enrolled_mark(key, bytes.baseAddress, bytes.count)
                let hash = cscan_enrolled_hash(key, bytes.baseAddress, bytes.count)
                _ = lines.insert(hexadecimal(UInt64(mark), 5) + " " + hexadecimal(hash, 16))
            }
        }
        let least = words.map(\.count).min().flatMap { shortest in steps.last { $0 <= shortest } }
        let facts = "words from \(least.map(String.init) ?? "none")\n"
        let text = "\(head) \(name(of: tenantKey))\n" + facts + lines.sorted().map { $0 + "\n" }.joined()
        return File(text: Array(text.utf8), count: lines.count, wordCount: words.count)
    }

    /// The lengths that are told apart.
    private static let steps = [10, 12, 16, 20, 24, 32, 48, 64]

    /// Reads such a file; faults are told with their lines.
    public init?(_ bytes: [UInt8], file: String, tenantKey: SecretBytes, faults: Faults) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let name = Self.name(of: tenantKey)
        guard let first = lines.first, first.hasPrefix(Self.head) || first.hasPrefix(Self.firstHead) else {
            faults.add(file, YAMLMark(line: 1, column: 1), "not a file of `louver redact enroll`", remedy: "make one: louver redact enroll")
            return nil
        }
        let isFirst = first.hasPrefix(Self.firstHead)
        guard first == "\(isFirst ? Self.firstHead : Self.head) \(name)" else {
            faults.add(
                file, YAMLMark(line: 1, column: Self.head.utf8.count + 2), "was made with another tenant key",
                remedy: "enroll again with the key that `redaction.tenant_key_file` names")
            return nil
        }
        guard let least = isFirst ? Int(CSCAN_ENROLLED_MIN) : Self.least(lines.dropFirst().first ?? "") else {
            faults.add(file, YAMLMark(line: 2, column: 1), "not a line of `louver redact enroll`", remedy: "enroll again")
            return nil
        }
        var hashes: [UInt64] = []
        var marks = [UInt8](repeating: 0, count: Int(CSCAN_MARKS) / 8)
        for (index, line) in lines.enumerated().dropFirst(isFirst ? 1 : 2) where !line.isEmpty {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0].utf8.count == 5, words[1].utf8.count == 16, let mark = UInt32(words[0], radix: 16),
                let hash = UInt64(words[1], radix: 16), hashes.count < Limits.knownSecretsMax
            else {
                let isFull = hashes.count >= Limits.knownSecretsMax
                faults.add(
                    file, YAMLMark(line: index + 1, column: 1),
                    isFull ? "more than \(Limits.knownSecretsMax) values" : "not a line of `louver redact enroll`", remedy: "enroll again")
                return nil
            }
            hashes.append(hash)
            marks[Int(mark >> 3)] |= 1 << (mark & 7)
        }
        key = Self.deriveKey(tenantKey)
        self.hashes = hashes.sorted()
        self.marks = marks
        self.least = least
        hasAnchored = !isFirst
    }

    /// What the second line says.
    private static func least(_ line: Substring) -> Int? {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "words", words[1] == "from" else { return nil }
        if words[2] == "none" { return Int(CSCAN_KNOWN_MAX) + 1 }
        return Int(words[2]).flatMap { steps.contains($0) ? $0 : nil }
    }

    /// Several files of one key as one; nil for none.
    public init?(joining sets: [EnrolledSecrets]) {
        guard let first = sets.first else { return nil }
        key = first.key
        hashes = sets.flatMap(\.hashes).sorted()
        marks = first.marks.indices.map { place in sets.reduce(0) { $0 | $1.marks[place] } }
        hasAnchored = sets.contains(where: \.hasAnchored)
        least = sets.map(\.least).min() ?? first.least
    }

    /// Calls `body` with each run that is one of them; with some twice.
    func find(
        in text: Span<UInt8>, from start: Int, runs: UnsafeMutablePointer<cscan_run>, capacity: Int,
        _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        hashes.withUnsafeBufferPointer { hashes in
            marks.withUnsafeBufferPointer { marks in
                var set = cscan_enrolled(
                    key: (key[0], key[1], key[2], key[3]), hashes: hashes.baseAddress, count: hashes.count, marks: marks.baseAddress,
                    has_anchored: hasAnchored ? 1 : 0, least: least)
                text.withUnsafeBufferPointer { bytes in
                    for number in Int32(0)...1 {
                        var at = start
                        while at < bytes.count {
                            let count = cscan_enrolled_find(&set, number, bytes.baseAddress, bytes.count, &at, runs, capacity)
                            for index in 0..<count {
                                body(Int(runs[index].start), Int(runs[index].start) + Int(runs[index].length))
                            }
                        }
                    }
                }
            }
        }
    }

    private static let head = "louver-enrolled 2"
    private static let firstHead = "louver-enrolled 1"

    /// `. ! / *` around a value are a sentence's or a path's, not its own.
    private static func trim(_ value: Span<UInt8>) -> Range<Int> {
        var low = 0
        var high = value.count
        func isMark(_ at: Int) -> Bool { ".!/*".utf8.contains(value[at]) }
        while low < high, isMark(low) { low += 1 }
        while high > low, isMark(high - 1) { high -= 1 }
        return low..<high
    }

    private static func deriveKey(_ tenantKey: SecretBytes) -> [UInt64] {
        let code = HMACKey(tenantKey, hash: .sha256).authenticate(Array("louver enrolled 1".utf8).span)
        return (0..<4).map { word in code[word * 8..<word * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    }

    /// Four bytes that tell one key from another.
    private static func name(of tenantKey: SecretBytes) -> String {
        let code = HMACKey(tenantKey, hash: .sha256).authenticate(Array("louver enrolled key name 1".utf8).span)
        return code.prefix(4).map { hexadecimal(UInt64($0), 2) }.joined()
    }

    private static func hexadecimal(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
