import Core
import Glibc
import JSON
import Redaction
import RedactionCorpus

/// One value of 64 MB, in the pieces that a connection reads: the memory it takes, and how long the first bytes are on their way once the
/// window they wait in is full.
struct LongReply {
    let engine: RedactionEngine
    let seed: UInt64

    private static let bytes = 64 * 1024 * 1024
    private static let piece = 16_384

    func write() {
        let log = BenignLines.log(seed: seed, bytes: 4 * 1024 * 1024)
        var quoted = ByteBuffer()
        JSONText.appendString(log.span, to: &quoted)
        let raw = Array(quoted.copy().dropFirst().dropLast())
        // Once before, so that what stays between replies is there.
        _ = pass(raw, bytes: raw.count)
        let before = Self.residentKiB()
        let first = pass(raw, bytes: Self.bytes)
        let extra = Self.residentKiB() - before
        print("a reply of 64 MB: \(extra) KiB more, first bytes \(first) us after the window was full")
    }

    /// Microseconds from the piece that filled the window to the first bytes of output.
    private func pass(_ raw: [UInt8], bytes: Int) -> Int {
        let scrubber = ReplyScrubber(engine)
        var out = ByteBuffer(capacity: 1 << 17)
        var first = -1
        var sent = 0
        scrubber.beginString(role: .text)
        while sent < bytes {
            var at = 0
            while at < raw.count, sent < bytes {
                var end = min(raw.count, at + Self.piece)
                while end < raw.count, raw[end - 1] == 0x5C { end += 1 }
                let start = Self.now()
                scrubber.string(raw: raw.span.extracting(at..<end), into: &out)
                if first < 0, out.readableCount > 0 { first = Int(Self.now() - start) / 1_000 }
                out.clear()
                sent += end - at
                at = end
            }
        }
        scrubber.endString(into: &out)
        return first
    }

    private static func now() -> UInt64 {
        var spec = timespec()
        clock_gettime(CLOCK_MONOTONIC, &spec)
        return UInt64(spec.tv_sec) * 1_000_000_000 + UInt64(spec.tv_nsec)
    }

    /// The highest resident size so far.
    private static func residentKiB() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
