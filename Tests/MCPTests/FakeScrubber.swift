import Core
import JSON

/// A scrubber for tests: `LEAK` in free text becomes `GONE`, in a protocol field or a link it withholds, a number under the key `pin`
/// becomes 0. It notes what it was shown, and that structure is balanced.
final class FakeScrubber: ValueScrubber {
    private(set) var mustWithhold = false
    private(set) var removed = 0
    private(set) var depth = 0
    /// Every string with its role, in order.
    private(set) var seen: [(role: FieldRole, text: String)] = []
    /// Every key with its role, in order.
    private(set) var keys: [(role: FieldRole, text: String)] = []
    private var role = FieldRole.text
    private var held: [UInt8] = []
    private var isUnderPin = false

    func open(_ isObject: Bool) { depth += 1 }

    func close(_ isObject: Bool) { depth -= 1 }

    func key(raw: Span<UInt8>, decoded: Span<UInt8>, role: FieldRole, into out: inout ByteBuffer) {
        let text = String(decoding: decoded.withUnsafeBufferPointer { [UInt8]($0) }, as: UTF8.self)
        keys.append((role, text))
        isUnderPin = role == .text && text == "pin"
        write(raw.withUnsafeBufferPointer { [UInt8]($0) }, role, into: &out)
    }

    func beginString(role: FieldRole) {
        self.role = role
        held = []
    }

    func string(raw: Span<UInt8>, into out: inout ByteBuffer) { raw.withUnsafeBufferPointer { held.append(contentsOf: $0) } }

    func endString(into out: inout ByteBuffer) {
        seen.append((role, String(decoding: held, as: UTF8.self)))
        write(held, role, into: &out)
    }

    func number(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        if isUnderPin { out.append("0") } else { out.append(text) }
        isUnderPin = false
    }

    func literal(_ text: Span<UInt8>, into out: inout ByteBuffer) { out.append(text) }

    private func write(_ bytes: [UInt8], _ role: FieldRole, into out: inout ByteBuffer) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("LEAK") else {
            out.append(bytes)
            return
        }
        if role == .protocolField || role == .link {
            mustWithhold = true
            out.append(bytes)
        } else {
            removed += 1
            out.append([UInt8](text.replacing("LEAK", with: "GONE").utf8))
        }
    }
}

/// A scrubber that lets everything through as it comes: for replies too long to be held.
final class OpenScrubber: ValueScrubber {
    let mustWithhold = false

    func open(_ isObject: Bool) {}
    func close(_ isObject: Bool) {}
    func key(raw: Span<UInt8>, decoded: Span<UInt8>, role: FieldRole, into out: inout ByteBuffer) { out.append(raw) }
    func beginString(role: FieldRole) {}
    func string(raw: Span<UInt8>, into out: inout ByteBuffer) { out.append(raw) }
    func endString(into out: inout ByteBuffer) {}
    func number(_ text: Span<UInt8>, into out: inout ByteBuffer) { out.append(text) }
    func literal(_ text: Span<UInt8>, into out: inout ByteBuffer) { out.append(text) }
}
