import Core

/// What the placeholders of one kind begin with, made ready: a flood of secrets is a flood of placeholders.
struct PlaceholderHead {
    private static let room = 64

    private var bytes = InlineArray<64, UInt8>(repeating: 0)
    private var count = 0
    private let hasTag: Bool

    /// `kind` has at most 40 bytes.
    init(kind: String, style: Placeholder.Style) {
        hasTag = style != .mask
        put(Placeholder.head.description)
        if style != .hashOnly { put(kind) }
        if style == .typed { put("_") }
    }

    private mutating func put(_ text: String) {
        for byte in text.utf8 {
            bytes[count] = byte
            count += 1
        }
    }

    /// Appends a placeholder; `tag` holds 40 bits.
    func append(tag: UInt64, to out: inout ByteBuffer) {
        withUnsafeTemporaryAllocation(byteCount: Self.room + Placeholder.tagCount, alignment: 8) { text in
            text.storeBytes(of: bytes, as: InlineArray<64, UInt8>.self)
            if hasTag { text.storeBytes(of: Placeholder.letters(of: tag), toByteOffset: count, as: UInt64.self) }
            out.append(UnsafeRawBufferPointer(rebasing: text[..<(count + (hasTag ? Placeholder.tagCount : 0))]))
        }
    }
}
