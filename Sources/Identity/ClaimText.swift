import Core
import JSON

/// Reads claims that are short texts. A control character is refused everywhere: texts end in logs, and a NUL separates the parts of a
/// principal's key.
enum ClaimText {
    /// What a claim turned out to be.
    enum Reading {
        case absent
        case text([UInt8])
        case malformed
    }

    /// Reads a string of 1 to `bytesMax` bytes.
    static func read(_ node: JSONNode?, bytesMax: Int = Limits.claimTextBytesMax) -> Reading {
        guard let node else { return .absent }
        guard let text = copy(node, bytesMax: bytesMax) else { return .malformed }
        return .text(text)
    }

    /// The text of a well-formed node, or nil.
    static func copy(_ node: JSONNode, bytesMax: Int = Limits.claimTextBytesMax) -> [UInt8]? {
        guard let text = node.string, isPlain(text.span, bytesMax: bytesMax) else { return nil }
        return text
    }

    /// Whether a text has 1 to `bytesMax` bytes and no control character.
    static func isPlain(_ text: Span<UInt8>, bytesMax: Int = Limits.claimTextBytesMax) -> Bool {
        guard text.count > 0, text.count <= bytesMax else { return false }
        for at in 0..<text.count where text[at] < 0x20 || text[at] == 0x7F { return false }
        return true
    }

    /// A string as a list of one, or a list of strings; nil for anything else or more than `countMax`.
    static func list(_ node: JSONNode, countMax: Int) -> [[UInt8]]? {
        switch node.kind {
        case .string:
            return copy(node).map { [$0] }
        case .array:
            guard node.count <= countMax else { return nil }
            var texts: [[UInt8]] = []
            texts.reserveCapacity(node.count)
            var isSound = true
            node.forEachElement { element in
                guard isSound, let text = copy(element) else {
                    isSound = false
                    return
                }
                texts.append(text)
            }
            return isSound ? texts : nil
        default:
            return nil
        }
    }

    /// Whether two texts are equal.
    static func equal(_ a: Span<UInt8>, _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        for at in 0..<a.count where a[at] != b[at] { return false }
        return true
    }
}
