import Core
import JSON

/// How members are written: their keys, the commas between them, and `_meta` behind all others.
extension ReplySink {
    /// Writes a key as the role of its place asks; names of the protocol as they came.
    mutating func writeKey(_ raw: Span<UInt8>, _ decoded: Span<UInt8>, _ role: FieldRole?) {
        out.append(UInt8(ascii: "\""))
        if let role { scrubber.key(raw: raw, decoded: decoded, role: role, into: &out) } else { out.append(raw) }
        out.append(UInt8(ascii: "\""))
    }

    /// Writes the comma in front of a member, if one was written before it, and the white space that followed it.
    mutating func separate() {
        let hadMember =
            switch levels.count {
            case 1: wroteMember.0
            case 2: wroteMember.1
            default: wroteMember.2
            }
        if hadMember { out.append(UInt8(ascii: ",")) }
        gap.withReadable { out.append($0) }
        gap.clear()
        setWroteMember(true)
    }

    mutating func setWroteMember(_ value: Bool) {
        switch levels.count {
        case 1: wroteMember.0 = value
        case 2: wroteMember.1 = value
        default: wroteMember.2 = value
        }
    }

    /// Writes the held `_meta` and Louver's counts as the last member of the result, or nothing when there is neither.
    mutating func appendMeta() {
        gap.clear()
        counts(&gap)
        defer {
            gap.clear()
            spare.clear()
        }
        guard hasHeld || !gap.isEmpty else { return }
        out.append(wroteMember.1 ? ",\"_meta\":" : "\"_meta\":")
        guard !gap.isEmpty else {
            spare.withReadable { out.append($0) }
            return
        }
        if hasHeld {
            spare.withReadable { out.append(UnsafeRawBufferPointer(rebasing: $0.dropLast())) }
            if wroteMember.2 { out.append(UInt8(ascii: ",")) }
        } else {
            out.append(UInt8(ascii: "{"))
        }
        gap.withReadable { out.append($0) }
        out.append(UInt8(ascii: "}"))
    }
}
