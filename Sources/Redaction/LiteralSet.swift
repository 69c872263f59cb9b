import CScan
import Core

/// Literals compiled for one pass over a text.
///
/// Unchecked because the compiler cannot see into the handle: a compiled set is never written to after it is made.
final class LiteralSet: @unchecked Sendable {
    let set: OpaquePointer
    /// The longest literal, in bytes.
    let longest: Int
    /// How many hits a search must have room for.
    let hitCapacity: Int

    /// One literal with how it is compared.
    struct Literal {
        let bytes: [UInt8]
        var ignoresCase = false
        /// No letter or digit may stand before it.
        var startsWord = false
        /// What may follow, as two sets of 256 bits; empty for anything. It may be found where something else follows.
        var after: [UInt8] = []
    }

    /// Which code path searches; tests compare them.
    enum Path: Int32, CaseIterable {
        case best = 0
        case scalar = 1
        case ssse3 = 2
        case avx2 = 3
        case avx512 = 4
    }

    /// Compiles literals of 2 to 64 bytes; nil when one is not.
    init?(_ literals: [Literal], path: Path = .best) {
        var flat: [UInt8] = []
        for literal in literals { flat += literal.bytes + literal.after }
        let made = flat.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var at = 0
            var table: [cscan_literal] = []
            for literal in literals {
                var flags: UInt32 = 0
                if literal.ignoresCase { flags |= UInt32(CSCAN_CASELESS) }
                if literal.startsWord { flags |= UInt32(CSCAN_WORD_START) }
                guard let start = bytes.baseAddress.map({ $0 + at }), literal.after.isEmpty || literal.after.count == 64 else { return nil }
                let after = literal.after.isEmpty ? nil : start + literal.bytes.count
                table.append(cscan_literal(bytes: start, length: UInt32(literal.bytes.count), flags: flags, after: after))
                at += literal.bytes.count + literal.after.count
            }
            return cscan_set_make(table, table.count, path.rawValue)
        }
        guard let made else { return nil }
        set = made
        longest = cscan_set_longest(made)
        hitCapacity = max(512, 2 * literals.count)
    }

    deinit { cscan_set_free(set) }

    /// Writes hits from place `at` on, at most `hitCapacity`, and moves `at` to where to go on, which is the end of the text when it is
    /// done.
    func find(in text: Span<UInt8>, at: inout Int, hits: UnsafeMutablePointer<cscan_hit>, capacity: Int) -> Int {
        text.withUnsafeBufferPointer { cscan_find(set, $0.baseAddress, $0.count, &at, hits, capacity) }
    }

    /// Whether a short text holds no literal of either set, no escape and no run that may be encoded text.
    static func isPlain(_ text: Span<UInt8>, _ first: LiteralSet, _ second: LiteralSet) -> Bool {
        text.withUnsafeBufferPointer { cscan_is_plain(first.set, second.set, $0.baseAddress, $0.count) != 0 }
    }

    /// Whether a short text holds no literal of either set, no escape and no run that may be encoded text.
    static func isPlain(_ text: borrowing ByteBuffer, _ first: LiteralSet, _ second: LiteralSet) -> Bool {
        text.withReadable { bytes in
            cscan_is_plain(first.set, second.set, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count) != 0
        }
    }
}
