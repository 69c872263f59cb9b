import Core

/// How far a time zone is from UTC at any time, from the system's zone file (RFC 8536, TZif): its list of changes, and behind the last of
/// them the rule in its footer.
final class ZoneRules: Sendable {
    private let changes: [Int64]
    private let kinds: [Int]
    private let offsets: [Int]
    private let footer: ZoneFooter?

    /// The zone without a file.
    static let utc = ZoneRules(changes: [], kinds: [], offsets: [0], footer: nil)

    private init(changes: [Int64], kinds: [Int], offsets: [Int], footer: ZoneFooter?) {
        self.changes = changes
        self.kinds = kinds
        self.offsets = offsets
        self.footer = footer
    }

    /// Reads a zone file; nil when it is none, is broken, or larger than `Limits.zoneFileBytesMax`.
    convenience init?(_ bytes: [UInt8]) {
        guard bytes.count <= Limits.zoneFileBytesMax, let old = Header(bytes, at: 0) else { return nil }
        // The first part holds times of 32 bits, for readers of the past.
        let start = old.version == 0 ? 0 : Header.bytes + old.length(timeBytes: 4)
        let width = old.version == 0 ? 4 : 8
        guard let header = old.version == 0 ? old : Header(bytes, at: start), header.types > 0 else { return nil }
        let body = start + Header.bytes
        guard body + header.length(timeBytes: width) <= bytes.count else { return nil }
        var changes: [Int64] = []
        var kinds: [Int] = []
        for at in 0..<header.times {
            let time = Self.number(bytes, body + at * width, width)
            guard changes.last.map({ $0 < time }) ?? true else { return nil }
            changes.append(time)
            kinds.append(Int(bytes[body + header.times * width + at]))
        }
        let records = body + header.times * (width + 1)
        let offsets = (0..<header.types).map { Int(Self.number(bytes, records + $0 * 6, 4)) }
        guard kinds.allSatisfy({ $0 < offsets.count }), offsets.allSatisfy({ abs($0) < 26 * 3_600 }) else { return nil }
        let end = body + header.length(timeBytes: width)
        var footer: ZoneFooter?
        if old.version != 0 {
            let text = bytes[end...].dropFirst().prefix { $0 != UInt8(ascii: "\n") }
            if !text.isEmpty {
                guard let read = ZoneFooter(Array(text)) else { return nil }
                footer = read
            }
        }
        self.init(changes: changes, kinds: kinds, offsets: offsets, footer: footer)
    }

    /// Seconds to add to UTC at a time in seconds since 1970.
    func offset(at seconds: Int64) -> Int {
        guard let last = changes.last, seconds < last else {
            if let footer { return footer.offset(at: seconds) }
            return kinds.last.map { offsets[$0] } ?? offsets[0]
        }
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? offsets[0] : offsets[kinds[low - 1]]
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int64 {
        var value: UInt64 = 0
        for index in at..<at + width { value = value << 8 | UInt64(bytes[index]) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }

    /// What stands before each part.
    private struct Header {
        static let bytes = 44
        let version: UInt8
        let times: Int
        let types: Int
        private let others: Int
        private let leaps: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start >= 0, start + Self.bytes <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
            func count(_ index: Int) -> Int { Int(ZoneRules.number(bytes, start + 20 + 4 * index, 4)) }
            version = bytes[start + 4]
            let (utc, standard, leaps, times, types, letters) = (count(0), count(1), count(2), count(3), count(4), count(5))
            guard [utc, standard, leaps, times, types, letters].allSatisfy({ (0...bytes.count).contains($0) }) else { return nil }
            self.times = times
            self.types = types
            self.leaps = leaps
            others = letters + standard + utc
        }

        func length(timeBytes: Int) -> Int { times * (timeBytes + 1) + types * 6 + leaps * (timeBytes + 4) + others }
    }
}
