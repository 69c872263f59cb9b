import Core
import Glibc

/// The tags of the last secrets, because a text that holds one often holds it many times and a keyed hash costs more than all else that is
/// done about it. One for each scan, on one loop; its memory is of fixed size, and cleared with the text.
final class TagCache {
    private struct Entry {
        var count = 0
        var tag: UInt64 = 0
    }

    private static let places = 64
    private static let longest = 64

    private let entries: UnsafeMutablePointer<Entry>
    private let texts: UnsafeMutablePointer<UInt8>
    private var isUsed = false

    init() {
        entries = .allocate(capacity: Self.places)
        entries.initialize(repeating: Entry(), count: Self.places)
        texts = .allocate(capacity: Self.places * Self.longest)
        texts.initialize(repeating: 0, count: Self.places * Self.longest)
    }

    deinit {
        clear()
        entries.deallocate()
        texts.deallocate()
    }

    /// The tag of a secret; `make` is asked when it is not among the last.
    func tag(of secret: Span<UInt8>, _ make: (Span<UInt8>) -> UInt64) -> UInt64 {
        guard (1...Self.longest).contains(secret.count) else { return make(secret) }
        return secret.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return make(secret) }
            let place = Self.place(base, bytes.count)
            let text = texts + place * Self.longest
            if entries[place].count == bytes.count, memcmp(text, base, bytes.count) == 0 { return entries[place].tag }
            let tag = make(secret)
            memcpy(text, base, bytes.count)
            entries[place] = Entry(count: bytes.count, tag: tag)
            isUsed = true
            return tag
        }
    }

    /// Forgets all.
    func clear() {
        if !isUsed { return }
        isUsed = false
        explicit_bzero(texts, Self.places * Self.longest)
        for place in 0..<Self.places { entries[place] = Entry() }
    }

    private static func place(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let isShort = count < 8
        let first = isShort ? KeyNames.word(bytes, count) : UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
        let last = isShort ? 0 : UnsafeRawPointer(bytes + count - 8).loadUnaligned(as: UInt64.self)
        return Int(((first ^ last &* 31 ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15) >> 58)
    }
}
