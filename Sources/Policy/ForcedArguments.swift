import Core
import JSON

/// Arguments a rule writes itself: `set` in any case, `default` where the client gave none.
struct ForcedArguments: Sendable {
    /// One argument and its value as JSON text.
    struct Entry: Sendable {
        var name: [UInt8]
        var value: [UInt8]
        var isDefault: Bool
    }

    var entries: [Entry]

    /// The arguments to send: the client's in their order with the forced values in place, then the forced ones it did not give.
    func text(over arguments: JSONNode?) -> [UInt8] {
        var out = ByteBuffer(capacity: 256)
        var given = Bits(count: entries.count)
        var count = 0
        out.append(UInt8(ascii: "{"))
        arguments?.forEachMember { key, value in
            if count > 0 { out.append(UInt8(ascii: ",")) }
            count += 1
            JSONText.appendString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            guard let index = entries.firstIndex(where: { Self.equal($0.name, key) }) else { return value.write(into: &out) }
            given.insert(index)
            if entries[index].isDefault, !value.isNull { value.write(into: &out) } else { out.append(entries[index].value[...]) }
        }
        for (index, entry) in entries.enumerated() where !given.contains(index) {
            if count > 0 { out.append(UInt8(ascii: ",")) }
            count += 1
            JSONText.appendString(entry.name.span, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(entry.value[...])
        }
        out.append(UInt8(ascii: "}"))
        return out.takeAll()
    }

    private static func equal(_ name: [UInt8], _ key: Span<UInt8>) -> Bool {
        guard name.count == key.count else { return false }
        for at in name.indices where name[at] != key[at] { return false }
        return true
    }
}
