import Core
import Glibc
import Redaction

/// Names from requests as logs may show them: scrubbed, because a client can write anything in the place of a name. What was found clean
/// is remembered in a table of fixed size, so that the usual names cost a comparison.
final class ShownNames {
    private let scrubber: TextScrubber
    /// Each name at the one place that its hash gives it; whoever came last stays.
    private var clean: [[UInt8]] = Array(repeating: [], count: 256)

    init(_ engine: RedactionEngine) { scrubber = TextScrubber(engine) }

    /// Whether a name was found clean before, or says nothing.
    func isClean(_ name: Span<UInt8>) -> Bool {
        if name.isEmpty { return true }
        return clean[Self.place(of: name)].withUnsafeBytes { known in
            name.withUnsafeBytes { asked in
                guard let a = known.baseAddress, let b = asked.baseAddress, known.count == asked.count else { return false }
                return memcmp(a, b, known.count) == 0
            }
        }
    }

    /// A name without what a detector finds in it.
    func shown(_ name: [UInt8]) -> [UInt8] {
        if isClean(name.span) { return name }
        let cut = name.prefix(Limits.shownNameScrubBytesMax)
        var out = ByteBuffer()
        scrubber.reset()
        cut.withUnsafeBufferPointer { scrubber.push($0.span, into: &out) }
        scrubber.finish(into: &out)
        let shown = out.takeAll()
        if shown == name { clean[Self.place(of: name.span)] = name }
        return shown
    }

    /// From the length and the ends. Who makes names fall together only has them scrubbed each time.
    private static func place(of name: Span<UInt8>) -> Int {
        let count = name.count
        var hash = UInt64(truncatingIfNeeded: count)
        for at in 0..<min(6, count) {
            hash = (hash ^ UInt64(name[at])) &* 0x100_0000_01B3
            hash = (hash ^ UInt64(name[count &- 1 &- at])) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash >> 24 & 255)
    }
}
