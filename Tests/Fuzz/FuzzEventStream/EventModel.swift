/// The WHATWG rules for event streams, written for reading rather than for speed: all bytes at once, a line at a time.
enum EventModel {
    struct Event: Equatable {
        var type: [UInt8]
        var data: [UInt8]?
        var hasID: Bool
        var retry: Int?
        var isComment = false
    }

    static func events(of bytes: [UInt8]) -> [Event] {
        var events: [Event] = []
        var current = Event(type: [], data: nil, hasID: false, retry: nil)
        for line in lines(of: bytes) {
            guard !line.isEmpty else {
                if current.data != nil || current.hasID || current.retry != nil { events.append(current) }
                current = Event(type: [], data: nil, hasID: false, retry: nil)
                continue
            }
            if line[0] == UInt8(ascii: ":") {
                events.append(Event(type: [], data: nil, hasID: false, retry: nil, isComment: true))
                continue
            }
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count > 1 ? [UInt8](parts[1]) : []
            if value.first == 0x20 { value.removeFirst() }
            take(String(decoding: parts[0], as: UTF8.self), value, &current)
        }
        return events
    }

    private static func take(_ field: String, _ value: [UInt8], _ event: inout Event) {
        switch field {
        case "data": event.data = event.data.map { $0 + [0x0A] + value } ?? value
        case "event": event.type = value
        case "id" where !value.contains(0): event.hasID = true
        case "retry" where !value.isEmpty && value.allSatisfy({ (0x30...0x39).contains($0) }):
            if let number = Int(String(decoding: value, as: UTF8.self)) { event.retry = number }
        default: break
        }
    }

    /// The lines that have their end; the last one without is dropped, unless it can only be a comment, which is told at once.
    private static func lines(of bytes: [UInt8]) -> [[UInt8]] {
        var out: [[UInt8]] = []
        var line: [UInt8] = []
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x0D || byte == 0x0A {
                if byte == 0x0D, at < bytes.count, bytes[at] == 0x0A { at += 1 }
                out.append(line)
                line = []
            } else {
                line.append(byte)
            }
        }
        if line.first == UInt8(ascii: ":") { out.append(line) }
        return out
    }
}
