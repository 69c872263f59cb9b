import Core

/// Where in a structure the value at hand stands: keys joined by dots, `[]` for the elements of a list, as in `rows[].note`.
///
/// Kept only where somebody needs it. What is longer than `Limits.valuePathBytesMax` has no path, and no rule about paths matches it.
final class ValuePath {
    private var text: [UInt8] = []
    /// Where the path of each open object or array ends.
    private var ends: [Int] = []
    /// How many open ones are beyond what is kept.
    private var lost = 0
    /// The same path as it may be told: without the secrets that keys hold. Nil where nobody is told.
    private(set) var told: ValuePath?

    /// The path; empty for a value that stands in nothing.
    var bytes: [UInt8] { lost > 0 ? [] : text }

    /// Whether it is known.
    var isKnown: Bool { lost == 0 }

    /// From here on there is a path that may be told, too.
    func tell() { if told == nil { told = ValuePath() } }

    /// Starts over.
    func reset() {
        told?.reset()
        text.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        lost = 0
    }

    /// An object or array begins.
    func open(_ isObject: Bool) {
        told?.open(isObject)
        if lost > 0 || text.count + 2 > Limits.valuePathBytesMax {
            lost += 1
            return
        }
        if !isObject { text += "[]".utf8 }
        ends.append(text.count)
    }

    /// It ends.
    func close(_ isObject: Bool) {
        told?.close(isObject)
        if lost > 0 {
            lost -= 1
            return
        }
        guard let end = ends.popLast() else { return }
        text.removeLast(max(0, text.count - end + (isObject ? 0 : 2)))
    }

    /// The key of the value that comes now.
    func key(_ decoded: Span<UInt8>) {
        told?.key(decoded)
        if lost > 0 { return }
        let end = ends.last ?? 0
        text.removeLast(max(0, text.count - end))
        if text.count + decoded.count + 1 > Limits.valuePathBytesMax {
            text.append(UInt8(ascii: "?"))
            return
        }
        if end > 0 { text.append(UInt8(ascii: ".")) }
        for at in 0..<decoded.count { text.append(decoded[at]) }
    }
}
