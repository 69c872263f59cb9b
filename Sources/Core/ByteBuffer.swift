import Glibc

/// A growable run of bytes with a read and a write end: the only owner of I/O memory.
///
/// Bytes are appended at the write end and consumed at the read end; consumed room is reused. Growth doubles and never passes
/// `Limits`; the caller checks `readableCount` against its own bound before it appends more.
public struct ByteBuffer: ~Copyable {
    /// Nil while no memory is held: then both ends are at 0.
    private var base: UnsafeMutablePointer<UInt8>?
    private var capacity: Int
    private var reader = 0
    private var writer = 0

    /// Makes a buffer; with a capacity of 0 no memory is taken until the first byte comes.
    public init(capacity: Int = 0) {
        self.capacity = capacity
        base = capacity > 0 ? UnsafeMutablePointer<UInt8>.allocate(capacity: capacity) : nil
    }

    deinit { base?.deallocate() }

    /// The number of bytes that can be read.
    public var readableCount: Int { writer - reader }

    /// Whether nothing can be read.
    public var isEmpty: Bool { reader == writer }

    /// The bytes held in memory, readable or not.
    public var memoryCount: Int { capacity }

    /// The readable bytes, valid until the next mutation.
    public var readable: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let held = UnsafeBufferPointer(start: base.map { UnsafePointer($0 + reader) }, count: writer - reader)
            return _overrideLifetime(Span(_unsafeElements: held), borrowing: self)
        }
    }

    /// Runs `body` over the readable bytes.
    public func withReadable<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base.map { $0 + reader }, count: writer - reader))
    }

    /// Runs `body` over the readable bytes: for a buffer that is a property of a class, whose span cannot outlive one access.
    public func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R { try body(readable) }

    /// Drops `count` bytes from the read end. `count` is at most `readableCount`.
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= writer - reader, "consumed more than was readable")
        reader += count
        if reader == writer {
            reader = 0
            writer = 0
        }
    }

    /// Drops everything and keeps the memory.
    public mutating func clear() {
        reader = 0
        writer = 0
    }

    /// Drops `count` bytes from the write end. `count` is at most `readableCount`.
    public mutating func truncate(by count: Int) {
        precondition(count >= 0 && count <= writer - reader, "truncated more than was readable")
        writer -= count
    }

    /// Gives memory back when the buffer is empty and holds more than `keep` bytes of it.
    public mutating func shrink(keep: Int) {
        guard isEmpty, capacity > keep else { return }
        base?.deallocate()
        base = keep > 0 ? UnsafeMutablePointer<UInt8>.allocate(capacity: keep) : nil
        capacity = keep
        clear()
    }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        let room = reserved(1)
        room.pointee = byte
        writer &+= 1
    }

    /// Appends bytes.
    public mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes.
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends bytes.
    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends the text of a literal, as UTF-8.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes.
    @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress, bytes.count > 0 else { return }
        memcpy(reserved(bytes.count), from, bytes.count)
        writer &+= bytes.count
    }

    /// Takes over what `other` holds, which is empty then. Where nothing is held here the two exchange their memory and nothing is copied.
    public mutating func take(_ other: inout ByteBuffer) {
        if isEmpty {
            swap(&self, &other)
        } else {
            other.withReadable { append($0) }
            other.clear()
        }
    }

    /// Appends a number in decimal.
    public mutating func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = writer
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        guard let base else { return }
        var low = start
        var high = writer - 1
        while low < high {
            swap(&base[low], &base[high])
            low += 1
            high -= 1
        }
    }

    /// Lets `fill` write up to `count` bytes at the write end; it answers how many it wrote.
    public mutating func write<E: Error>(atMost count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Int) throws(E) -> Int {
        let wrote = try fill(UnsafeMutableRawBufferPointer(start: reserved(count), count: count))
        precondition(wrote >= 0 && wrote <= count, "wrote more than was offered")
        writer += wrote
        return wrote
    }

    /// The room at the write end that costs no growth.
    public var spareCount: Int { capacity - writer }

    /// Makes room for `count` more bytes.
    public mutating func reserve(_ count: Int) {
        if capacity - writer >= count { return }
        _ = grow(count)
    }

    /// The write end, with room for `count` bytes.
    @inline(__always)
    private mutating func reserved(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let base, capacity &- writer >= count { return base + writer }
        return grow(count) + writer
    }

    @inline(never)
    private mutating func grow(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let held = writer - reader
        defer {
            reader = 0
            writer = held
        }
        if let base, capacity >= held + count, reader >= capacity / 2 {
            memmove(base, base + reader, held)
            return base
        }
        var next = max(capacity, 512)
        while next < held + count { next *= 2 }
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: next)
        if let base {
            memcpy(fresh, base + reader, held)
            base.deallocate()
        }
        base = fresh
        capacity = next
        return fresh
    }

    /// The readable bytes as an array of their own.
    public func copy() -> [UInt8] {
        withReadable { [UInt8]($0) }
    }

    /// Takes all readable bytes out, as an array.
    public mutating func takeAll() -> [UInt8] {
        let all = copy()
        clear()
        return all
    }
}
