import CScan
import Core
import Crypto
import YAML

/// Values of which only keyed hashes are kept: a run of a text that is such a value as a whole is found, as it stands or decoded. Shared by
/// all loops.
///
/// The file is text: a line that names the key by four bytes of a hash of it, and a line for each value with 20 bits of its beginning and
/// length and 64 bits of all of it, both keyed. Without the key it tells how many values there are; with the key, guesses can be tested, so
/// both are kept like secrets.
public final class EnrolledSecrets: Sendable {
    private let key: [UInt64]
    private let hashes: [UInt64]
    private let marks: [UInt8]

    /// How many there are.
    public var count: Int { hashes.count }

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

    /// The text of a file that holds the hashes of these values under a key; values that cannot be enrolled are left out, and equal ones
    /// are one line.
    public static func file(of values: [[UInt8]], tenantKey: SecretBytes) -> (text: [UInt8], count: Int) {
        let key = deriveKey(tenantKey)
        var lines: Set<String> = []
        for value in values where refusal(of: value.span) == nil {
            value[trim(value.span)].withUnsafeBufferPointer { bytes in
                let mark = cscan_enrolled_mark(key, bytes.baseAddress, bytes.count)
                let hash = cscan_enrolled_hash(key, bytes.baseAddress, bytes.count)
                _ = lines.insert(hexadecimal(UInt64(mark), 5) + " " + hexadecimal(hash, 16))
            }
        }
        let text = "\(head) \(name(of: tenantKey))\n" + lines.sorted().map { $0 + "\n" }.joined()
        return (Array(text.utf8), lines.count)
    }

    /// Reads such a file; faults are told with their lines.
    public init?(_ bytes: [UInt8], file: String, tenantKey: SecretBytes, faults: Faults) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let expected = "\(Self.head) \(Self.name(of: tenantKey))"
        guard let first = lines.first, first.hasPrefix(Self.head) else {
            faults.add(file, YAMLMark(line: 1, column: 1), "not a file of `louver redact enroll`", remedy: "make one: louver redact enroll")
            return nil
        }
        guard first == expected else {
            faults.add(
                file, YAMLMark(line: 1, column: Self.head.utf8.count + 2), "was made with another tenant key",
                remedy: "enroll again with the key that `redaction.tenant_key_file` names")
            return nil
        }
        var hashes: [UInt64] = []
        var marks = [UInt8](repeating: 0, count: Int(CSCAN_MARKS) / 8)
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
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
    }

    /// Several files of one key as one; nil for none.
    public init?(joining sets: [EnrolledSecrets]) {
        guard let first = sets.first else { return nil }
        key = first.key
        hashes = sets.flatMap(\.hashes).sorted()
        marks = first.marks.indices.map { place in sets.reduce(0) { $0 | $1.marks[place] } }
    }

    /// Calls `body` with each run that is one of them.
    func find(
        in text: Span<UInt8>, from start: Int, runs: UnsafeMutablePointer<cscan_run>, capacity: Int,
        _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        hashes.withUnsafeBufferPointer { hashes in
            marks.withUnsafeBufferPointer { marks in
                var set = cscan_enrolled(
                    key: (key[0], key[1], key[2], key[3]), hashes: hashes.baseAddress, count: hashes.count, marks: marks.baseAddress)
                text.withUnsafeBufferPointer { bytes in
                    var at = start
                    while at < bytes.count {
                        let count = cscan_enrolled_find(&set, bytes.baseAddress, bytes.count, &at, runs, capacity)
                        for index in 0..<count {
                            body(Int(runs[index].start), Int(runs[index].start) + Int(runs[index].length))
                        }
                    }
                }
            }
        }
    }

    private static let head = "louver-enrolled 1"

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
