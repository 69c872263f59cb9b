import Glibc

/// Heads of tables that were read in a window, by the lines they are: a log that prints one table after the other repeats them.
struct HeadMemory {
    private struct Entry {
        /// Where the line stood, and how long it was; 0 for no entry.
        var start: Int32 = 0
        var count: Int32 = 0
        /// Where in it the name stood that was looked at.
        var label: Int32 = 0
        /// The head among those of the window.
        var head: Int32 = 0
    }

    /// Longer lines are read again.
    static let lineMax = 96

    private static let places = 16

    private let entries: UnsafeMutablePointer<Entry>
    private var isEmpty = true

    init() {
        entries = .allocate(capacity: Self.places)
        entries.initialize(repeating: Entry(), count: Self.places)
    }

    /// Gives its memory back.
    func deallocate() { entries.deallocate() }

    /// The head that a line is which begins at `start` and holds a name at `label`, and where it ends.
    func find(_ text: Span<UInt8>, _ start: Int, _ label: Int) -> (head: Int, end: Int)? {
        let entry = entries[Self.place(text, start, label)]
        let end = start + Int(entry.count)
        guard entry.count > 0, Int(entry.label) == label - start, end < text.count, text[end] == 0x0A else { return nil }
        let isSame = text.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0 + Int(entry.start), $0 + start, Int(entry.count)) == 0 } ?? false
        }
        return isSame ? (Int(entry.head), end) : nil
    }

    mutating func note(_ text: Span<UInt8>, _ line: Range<Int>, label: Int, head: Int) {
        guard line.count <= Self.lineMax, line.count > 0 else { return }
        isEmpty = false
        entries[Self.place(text, line.lowerBound, label)] = Entry(
            start: Int32(line.lowerBound), count: Int32(line.count), label: Int32(label - line.lowerBound), head: Int32(head))
    }

    mutating func clear() {
        if isEmpty { return }
        entries.update(repeating: Entry(), count: Self.places)
        isEmpty = true
    }

    private static func place(_ text: Span<UInt8>, _ start: Int, _ label: Int) -> Int {
        Int(text[start] &+ text[label] &* 7 &+ UInt8(truncatingIfNeeded: label - start) &* 3) & (places - 1)
    }
}
