import CScan
import Core

/// Values that are known to be secrets, compiled for one search: wherever one stands in a text, it is found. Shared by all loops.
///
/// Unchecked because the compiler cannot see into the handle: a compiled set is never written to after it is made.
public final class KnownSecrets: @unchecked Sendable {
    /// The lengths of values that can be searched for, in bytes.
    public static let lengths = Int(CSCAN_KNOWN_MIN)...Int(CSCAN_KNOWN_MAX)

    private let set: OpaquePointer
    private let values: LockedBytes
    private let starts: [UInt32]
    private let kinds: [UInt16]
    /// The values that hold a byte which ends a run of token characters, by their first byte: where a window ends inside of one, it waits.
    private let spaced: [UInt8: [Int]]
    private let longestSpaced: Int
    /// Those with punctuation inside, behind which a word is let go.
    private let marked: [UInt8: [Int]]

    /// How many there are.
    public var count: Int { kinds.count }
    /// Whether their memory is kept out of swap.
    public var isLocked: Bool { values.isLocked }

    /// Compiles values in clear, of `lengths` bytes each; others are left out. The arrays are cleared.
    public convenience init?(_ values: inout [[UInt8]]) {
        let kinds = [UInt16](repeating: GrammarKind.knownSecret.rawValue, count: values.count)
        self.init(&values, kinds: kinds)
    }

    init?(_ given: inout [[UInt8]], kinds allKinds: [UInt16]) {
        var texts: [[UInt8]] = []
        var kinds: [UInt16] = []
        for (text, kind) in zip(given, allKinds) where Self.lengths.contains(text.count) {
            texts.append(text)
            kinds.append(kind)
        }
        Self.clear(&given)
        var starts: [UInt32] = [0]
        var spaced: [UInt8: [Int]] = [:]
        var marked: [UInt8: [Int]] = [:]
        var longest = 0
        for (index, text) in texts.enumerated() {
            starts.append(starts[index] + UInt32(text.count))
            if text.contains(where: { !WindowScan.isToken($0) }) {
                spaced[text[0], default: []].append(index)
                longest = max(longest, text.count)
            }
            if text.dropLast().contains(where: WindowScan.isSentenceMark) { marked[text[0], default: []].append(index) }
        }
        guard !kinds.isEmpty, let values = LockedBytes(taking: &texts),
            let set = cscan_known_make(values.bytes.bindMemory(to: UInt8.self).baseAddress, starts, kinds.count)
        else { return nil }
        self.values = values
        self.set = set
        self.starts = starts
        self.kinds = kinds
        self.spaced = spaced
        self.marked = marked
        longestSpaced = longest
    }

    deinit { cscan_known_free(set) }

    /// Calls `body` with each place a value stands at and the kind it shows.
    func find(
        in text: Span<UInt8>, from start: Int, hits: UnsafeMutablePointer<cscan_hit>, capacity: Int,
        _ body: (_ start: Int, _ end: Int, _ kind: UInt16) -> Void
    ) {
        text.withUnsafeBufferPointer { bytes in
            for number in Int32(0)...2 {
                var at = start
                while at < bytes.count {
                    let count = cscan_known_find(set, number, bytes.baseAddress, bytes.count, &at, hits, capacity)
                    for index in 0..<count {
                        let value = Int(hits[index].literal)
                        let place = Int(hits[index].start)
                        body(place, place + length(value), kinds[value])
                    }
                }
            }
        }
    }

    /// Whether any of them stands in a short text.
    func isIn(_ text: Span<UInt8>, hits: UnsafeMutablePointer<cscan_hit>, capacity: Int) -> Bool {
        var isFound = false
        find(in: text, from: 0, hits: hits, capacity: capacity) { _, _, _ in isFound = true }
        return isFound
    }

    /// Which of them a text is as a whole.
    func place(of text: Span<UInt8>) -> Int? {
        withUnsafeTemporaryAllocation(of: cscan_hit.self, capacity: 2 * Int(CSCAN_KNOWN_ROOM)) { hits in
            text.withUnsafeBufferPointer { bytes in
                for number in Int32(0)...2 {
                    var at = 0
                    while at < bytes.count {
                        let count = cscan_known_find(set, number, bytes.baseAddress, bytes.count, &at, hits.baseAddress, hits.count)
                        for hit in hits[..<count] where hit.start == 0 && length(Int(hit.literal)) == bytes.count {
                            return Int(hit.literal)
                        }
                    }
                }
                return nil
            }
        }
    }

    /// The first place from which on a text could be the beginning of a value that goes on behind its end; nil when there is none. Values
    /// of token characters alone are not looked at: a run of them at the end of a window waits anyway.
    func openPlace(in text: Span<UInt8>) -> Int? {
        if longestSpaced == 0 { return nil }
        for place in max(0, text.count - longestSpaced + 1)..<text.count {
            guard let candidates = spaced[text[place]] else { continue }
            let tail = text.extracting(place..<text.count)
            for value in candidates where length(value) > tail.count && begins(value, with: tail) { return place }
        }
        return nil
    }

    /// Calls `body` with each value and its kind, in a copy that the caller clears.
    func forEach(_ body: (_ index: Int, _ value: [UInt8], _ kind: UInt16) -> Void) {
        for index in 0..<count {
            body(index, [UInt8](values.bytes[Int(starts[index])..<Int(starts[index + 1])]), kinds[index])
        }
    }

    /// Whether a word with punctuation behind it ends in the beginning of a value.
    func mayBegin(in word: Span<UInt8>) -> Bool {
        for place in 0..<word.count {
            guard let candidates = marked[word[place]] else { continue }
            let tail = word.extracting(place..<word.count)
            for value in candidates where length(value) > tail.count && begins(value, with: tail) { return true }
        }
        return false
    }

    private func length(_ value: Int) -> Int { Int(starts[value + 1] - starts[value]) }

    private func begins(_ value: Int, with tail: Span<UInt8>) -> Bool {
        let from = Int(starts[value])
        let bytes = values.bytes
        for at in 0..<tail.count where bytes[from + at] != tail[at] { return false }
        return true
    }

    private static func clear(_ texts: inout [[UInt8]]) {
        for index in texts.indices { texts[index].withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }
        texts = []
    }
}
