import Core
import Redaction

/// Names from requests as logs may show them: scrubbed, because a client can write anything in the place of a name. What was found clean
/// is remembered in a table of fixed size, so that the usual names cost a comparison.
final class ShownNames {
    private let scrubber: TextScrubber
    /// Each name at the one place that its hash gives it; whoever came last stays.
    private var clean: [[UInt8]] = Array(repeating: [], count: 256)

    init(_ engine: RedactionEngine) { scrubber = TextScrubber(engine) }

    /// A name without what a detector finds in it.
    func shown(_ name: [UInt8]) -> [UInt8] {
        let place = Self.place(of: name)
        if name.isEmpty || clean[place] == name { return name }
        let cut = name.prefix(Limits.shownNameScrubBytesMax)
        var out = ByteBuffer()
        scrubber.reset()
        cut.withUnsafeBufferPointer { scrubber.push($0.span, into: &out) }
        scrubber.finish(into: &out)
        let shown = out.takeAll()
        if shown == name { clean[place] = name }
        return shown
    }

    /// From the length and the ends. Who makes names fall together only has them scrubbed each time.
    private static func place(of name: [UInt8]) -> Int {
        var hash = UInt64(truncatingIfNeeded: name.count)
        for byte in name.prefix(6) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in name.suffix(6) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash >> 24 & 255)
    }
}
