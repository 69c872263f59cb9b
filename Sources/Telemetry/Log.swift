import Core

/// What Louver tells its operator: JSON lines, one per event, from any thread, never blocking.
///
/// An event that repeats is told `Limits.logRepeatsMax` times in ten seconds, an error `Limits.logErrorRepeatsMax` times; then it is
/// counted, and the next line of it tells how many were held back.
public final class Log: Sendable {
    /// How often an event came lately.
    private struct Repeats: Sendable {
        var windowStart: WallTime
        var told: Int
        var heldBack: Int
    }

    private struct Memory: Sendable {
        var repeats: [UInt: Repeats] = [:]
    }

    /// Lines below this level are not written.
    public let level: LogLevel
    private let writer: LineWriter?
    private let memory = Lock(Memory())

    /// Makes a log. Without a writer nothing is written.
    public init(level: LogLevel = .info, writer: LineWriter?) {
        self.level = level
        self.writer = writer
    }

    /// A log that writes nothing.
    public static let silent = Log(writer: nil)

    /// Whether lines of a level are written: ask before making costly fields.
    public func takes(_ level: LogLevel) -> Bool { writer != nil && level >= self.level }

    /// Writes a line. `event` is a stable name such as `upstream_connect_failed`.
    public func event(_ level: LogLevel, _ event: StaticString, _ fields: LogField..., at now: WallTime = .now()) {
        guard takes(level), let writer else { return }
        let (mayTell, heldBack) = admit(event, atMost: level == .error ? Limits.logErrorRepeatsMax : Limits.logRepeatsMax, now)
        guard mayTell else { return }
        var line = ByteBuffer(capacity: 256)
        Self.write(level, event, fields, heldBack: heldBack, now, into: &line)
        writer.append(line.readable, isUrgent: level >= .warn)
    }

    /// Writes the line itself.
    static func write(
        _ level: LogLevel, _ event: StaticString, _ fields: [LogField], heldBack: Int, _ now: WallTime, into out: inout ByteBuffer
    ) {
        out.append("{")
        JSONLine.key("time", into: &out)
        JSONLine.string(now.rfc3339().span, into: &out)
        JSONLine.key("level", into: &out)
        out.append("\"")
        out.append(level.word)
        out.append("\"")
        JSONLine.key("event", into: &out)
        out.append("\"")
        out.append(event)
        out.append("\"")
        for field in fields {
            JSONLine.key(field.name, into: &out)
            switch field.value {
            case .text(let text): JSONLine.string([UInt8](text.utf8).span, longest: Limits.logFieldBytesMax, into: &out)
            case .bytes(let bytes): JSONLine.string(bytes.span, longest: Limits.logFieldBytesMax, into: &out)
            case .word(let word):
                out.append("\"")
                out.append(word)
                out.append("\"")
            case .number(let number): out.append(decimal: number)
            case .flag(let flag): out.append(flag ? "true" : "false")
            }
        }
        if heldBack > 0 {
            JSONLine.key("held_back", into: &out)
            out.append(decimal: heldBack)
        }
        out.append("}\n")
    }

    /// Whether an event may be told now, and how many of it were held back since the last one told.
    private func admit(_ event: StaticString, atMost repeatsMax: Int, _ now: WallTime) -> (Bool, Int) {
        let key = UInt(bitPattern: event.utf8Start)
        return memory.withLock { memory in
            var repeats = memory.repeats[key] ?? Repeats(windowStart: now, told: 0, heldBack: 0)
            // A clock set back begins a new window as well.
            let age = now.nanoseconds - repeats.windowStart.nanoseconds
            let isNewWindow = age >= Self.windowNanoseconds || age < 0
            if isNewWindow {
                repeats.windowStart = now
                repeats.told = 0
            }
            let mayTell = repeats.told < repeatsMax
            let heldBack = mayTell ? repeats.heldBack : 0
            if mayTell {
                repeats.told += 1
                repeats.heldBack = 0
            } else {
                repeats.heldBack += 1
            }
            memory.repeats[key] = repeats
            return (mayTell, heldBack)
        }
    }

    private static let windowNanoseconds: Int64 = 10_000_000_000
}
