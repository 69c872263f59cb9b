import Core
import Redaction

/// Names from requests as logs may show them: scrubbed, because a client can write anything in the place of a name. What was found clean
/// is remembered, so that the usual names cost a look-up.
final class ShownNames {
    private let scrubber: TextScrubber
    private var clean: Set<[UInt8]> = []

    init(_ engine: RedactionEngine) { scrubber = TextScrubber(engine) }

    /// A name without what a detector finds in it.
    func shown(_ name: [UInt8]) -> [UInt8] {
        if name.isEmpty || clean.contains(name) { return name }
        let cut = name.prefix(Limits.shownNameScrubBytesMax)
        var out = ByteBuffer()
        scrubber.reset()
        cut.withUnsafeBufferPointer { scrubber.push($0.span, into: &out) }
        scrubber.finish(into: &out)
        let shown = out.takeAll()
        if shown == name {
            if clean.count >= Limits.toolNamesMax { clean.removeAll(keepingCapacity: true) }
            clean.insert(name)
        }
        return shown
    }
}
