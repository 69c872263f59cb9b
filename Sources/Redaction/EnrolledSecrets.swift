import CScan
import Core
import Crypto
import YAML

/// Values of which only keyed hashes are kept: a run of a text that is such a value as a whole is found, as it stands or decoded. Shared by
/// all loops.
///
/// The file is text: a line that names the key by four bytes of a hash of it, a line that tells, enciphered, how long those values are that
/// have no anchor (`cscan_has_anchor`), and a line for each value with 20 bits of its beginning and length and 64 bits of all of it, both
/// keyed. Without the key it tells how many values there are; with the key, guesses can be tested, so both are kept like secrets.
///
/// Those lengths are what makes the search cheap: a run of a text is hashed only if it has an anchor, which few have, or is just as long.
/// Nothing else is told of single values, and no hash is of a part of a value but for those 20 bits of its first eight bytes: with the
/// key a wrong guess of those looks right once in a million times for each value there is, and the rest has to be guessed as a whole. Files
/// of version 2 tell of those lengths only the least, and files of version 1 nothing: every run of 10 bytes is hashed.
public final class EnrolledSecrets: Sendable {
    private let key: [UInt64]
    private let hashes: [UInt64]
    private let marks: [UInt8]
    /// Whether values with an anchor are searched at the anchors of a text.
    private let hasAnchored: Bool
    /// The lengths of runs that are looked at without one: a bit for each, and the last for all that are longer.
    private let lengths: UInt64

    /// How many there are.
    public var count: Int { hashes.count }
    /// Whether runs of many lengths have to be looked at: values that look like words have them, or the file does not say.
    public var isSlow: Bool { lengths.nonzeroBitCount > Self.lengthsFew }

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
        /// How many of them look like words, so that they are searched by their lengths.
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
        let lengths = words.reduce(UInt64(0)) { $0 | 1 << UInt64(min($1.count, 63)) }
        let sorted = lines.sorted()
        let (pad, check) = cipher(sorted.lazy.map(\.utf8), tenantKey)
        let facts = "lengths \(hexadecimal(lengths ^ pad, 16)) \(check)"
        let text = ([head + " " + name(of: tenantKey), facts] + sorted).map { $0 + "\n" }.joined()
        return File(text: Array(text.utf8), count: lines.count, wordCount: words.count)
    }

    /// Up to how many lengths are few.
    private static let lengthsFew = 8

    /// What the lengths are enciphered with, and what tells whether the lines are those of then.
    private static func cipher(_ lines: some Sequence<some Sequence<UInt8>>, _ tenantKey: SecretBytes) -> (pad: UInt64, check: String) {
        let text = Array("louver enrolled lengths 1\n".utf8) + lines.joined(separator: CollectionOfOne(0x0A))
        let code = HMACKey(tenantKey, hash: .sha256).authenticate(text.span)
        return (code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, code[8..<12].map { hexadecimal(UInt64($0), 2) }.joined())
    }

    /// Reads such a file; faults are told with their lines.
    public init?(_ bytes: [UInt8], file: String, tenantKey: SecretBytes, faults: Faults) {
        // Only the first two are read as text: the others are many, and all alike.
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        func text(_ line: Int) -> Substring { lines.count > line ? Substring(decoding: lines[line], as: UTF8.self) : "" }
        let name = Self.name(of: tenantKey)
        let heads = [Self.head, Self.secondHead, Self.firstHead]
        let first = text(0)
        guard let version = heads.firstIndex(where: { first.hasPrefix($0 + " ") }).map({ 3 - $0 }) else {
            faults.add(file, YAMLMark(line: 1, column: 1), "not a file of `louver redact enroll`", remedy: "make one: louver redact enroll")
            return nil
        }
        guard first == "\(heads[3 - version]) \(name)" else {
            faults.add(
                file, YAMLMark(line: 1, column: Self.head.utf8.count + 2), "was made with another tenant key",
                remedy: "enroll again with the key that `redaction.tenant_key_file` names")
            return nil
        }
        let fact = text(1)
        let told =
            switch version {
            case 1: Self.from(Int(CSCAN_ENROLLED_MIN))
            case 2: Self.least(fact)
            default: Self.lengths(fact, lines.dropFirst(2), tenantKey)
            }
        guard let lengths = told else {
            faults.add(
                file, YAMLMark(line: 2, column: 1), "not the line that `louver redact enroll` wrote for the lines below",
                remedy: "enroll again")
            return nil
        }
        var hashes: [UInt64] = []
        var marks = [UInt8](repeating: 0, count: Int(CSCAN_MARKS) / 8)
        for (index, line) in lines.enumerated().dropFirst(version == 1 ? 1 : 2) where !line.isEmpty {
            guard let (mark, hash) = Self.entry(line), hashes.count < Limits.knownSecretsMax else {
                let isFull = hashes.count >= Limits.knownSecretsMax
                faults.add(
                    file, YAMLMark(line: index + 1, column: 1),
                    isFull ? "more than \(Limits.knownSecretsMax) values" : "not a line of `louver redact enroll`", remedy: "enroll again")
                return nil
            }
            hashes.append(hash)
            marks[mark >> 3] |= 1 << UInt8(mark & 7)
        }
        key = Self.deriveKey(tenantKey)
        self.hashes = hashes.sorted()
        self.marks = marks
        self.lengths = lengths
        hasAnchored = version > 1
    }

    /// All lengths from one on.
    private static func from(_ least: Int) -> UInt64 { ~0 << UInt64(min(least, 63)) }

    /// The mark and the hash of a line: five and sixteen hexadecimal digits.
    private static func entry(_ line: ArraySlice<UInt8>) -> (mark: Int, hash: UInt64)? {
        guard line.count == 22, line[line.startIndex + 5] == 0x20 else { return nil }
        guard let mark = number(line.prefix(5)), let hash = number(line.suffix(16)) else { return nil }
        return (Int(mark), hash)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard let bits = Hex.value(of: digit) else { return nil }
            value = value << 4 | UInt64(bits)
        }
        return value
    }

    /// What the second line says, in version 3; nil when it is none, or not that of these lines.
    private static func lengths(_ line: Substring, _ lines: ArraySlice<ArraySlice<UInt8>>, _ tenantKey: SecretBytes) -> UInt64? {
        let words = line.split(separator: " ")
        let (pad, check) = cipher(lines.lazy.filter { !$0.isEmpty }, tenantKey)
        guard words.count == 3, words[0] == "lengths", words[1].utf8.count == 16, let told = UInt64(words[1], radix: 16), words[2] == check,
            (told ^ pad) & ~from(Int(CSCAN_ENROLLED_MIN)) == 0
        else { return nil }
        return told ^ pad
    }

    private static func least(_ line: Substring) -> UInt64? {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "words", words[1] == "from" else { return nil }
        if words[2] == "none" { return 0 }
        return Int(words[2]).flatMap { (Int(CSCAN_ENROLLED_MIN)...64).contains($0) ? from($0) : nil }
    }

    /// Several files of one key as one; nil for none.
    public init?(joining sets: [EnrolledSecrets]) {
        guard let first = sets.first else { return nil }
        key = first.key
        hashes = sets.flatMap(\.hashes).sorted()
        marks = first.marks.indices.map { place in sets.reduce(0) { $0 | $1.marks[place] } }
        hasAnchored = sets.contains(where: \.hasAnchored)
        lengths = sets.reduce(0) { $0 | $1.lengths }
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
                    has_anchored: hasAnchored ? 1 : 0, lengths: lengths)
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

    private static let head = "louver-enrolled 3"
    private static let secondHead = "louver-enrolled 2"
    private static let firstHead = "louver-enrolled 1"

    /// `. ! / *` around a value are a sentence's or a path's, not its own; the padding of base64 ends a run.
    private static func trim(_ value: Span<UInt8>) -> Range<Int> {
        var low = 0
        var high = value.count
        while high > low, value.count - high < 2, value[high - 1] == UInt8(ascii: "=") { high -= 1 }
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
