import Core
import Glibc

/// How far a long file is, drawn on standard error ten times a second.
struct ProgressBar {
    private let name: String
    private let size: Int
    private let began: Instant
    private var done = 0
    private var drawAt: Instant
    private var isDrawn = false

    /// Nil for what has no known length, and for files that are done before anybody could look.
    init?(_ descriptor: Int32, _ name: String, now: Instant = .now()) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= Self.leastBytes else { return nil }
        self.init(Printable.text(Array(name.utf8)), size: Int(status.st_size), now: now)
    }

    init(_ name: String, size: Int, now: Instant) {
        self.name = name
        self.size = size
        began = now
        drawAt = now + .milliseconds(500)
    }

    /// Notes that so many more bytes are done, and draws when it is time to.
    mutating func advance(by count: Int, now: Instant, _ terminal: Terminal) {
        done += count
        if now < drawAt { return }
        drawAt = now + .milliseconds(100)
        isDrawn = true
        terminal.redraw(line(now: now, columns: terminal.columns))
    }

    /// Takes the bar off the screen.
    func clear(_ terminal: Terminal) { if isDrawn { terminal.redraw("") } }

    /// `task.log [########............]  41 %  1.2 GB of 2.9 GB, 412 MB/s`.
    func line(now: Instant, columns: Int) -> String {
        let part = min(1, Double(done) / Double(max(1, size)))
        let seconds = Double(now.nanoseconds(since: began)) / 1e9
        let rate = seconds > 0 ? Int(Double(done) / seconds) : 0
        let told = "] \(Int(part * 100)) %  \(Self.amount(done)) of \(Self.amount(size)), \(Self.amount(rate))/s"
        // A line that the screen breaks could not be written over. What is left of it is for the bar, and for the end of the name.
        let room = columns - 1 - told.count - 2
        let shown = name.count <= max(8, room - 10) ? name : "…" + name.suffix(max(7, room - 11))
        let width = min(Self.width, max(0, room - shown.count))
        let filled = Int(part * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return String("\(shown) [\(bar)\(told)".prefix(max(0, columns - 1)))
    }

    private static func amount(_ bytes: Int) -> String {
        let steps: [(Int, String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
        for (step, unit) in steps where bytes >= step {
            let tenths = bytes / (step / 10)
            return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
        }
        return "\(bytes) B"
    }

    private static let leastBytes = 16 * 1024 * 1024
    private static let width = 30
}
