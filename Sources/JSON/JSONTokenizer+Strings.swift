import Core

extension JSONTokenizer {
    /// Goes through the content of a string and answers where to go on: behind its quote, or at the end of the chunk.
    @inline(__always)
    mutating func readString<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        var at = start
        while !cut.isEmpty {
            guard let mended = try mend(base, &at, end) else { return at }
            if !mended.isEmpty { sink.string(raw: mended.span) }
        }
        // What lies between `from` and `at` is well-formed and not passed on yet.
        var from = at
        while true {
            at = StringScan.plainEnd(base, at, end)
            if at == end {
                pass(base, from, at, &sink)
                return at
            }
            let byte = base[at]
            if byte == UInt8(ascii: "\"") {
                pass(base, from, at, &sink)
                try sink.endString()
                endValue(&sink)
                return at &+ 1
            }
            if byte < 0x20 {
                pass(base, from, at, &sink)
                throw failure(.controlCharacter, at)
            }
            if byte >= 0x80 {
                let stop = UTF8Scan.soundEnd(base, at, end)
                if stop > at {
                    at = stop
                    continue
                }
            }
            switch StringSequence.read(base + at, end &- at) {
            case .sound(let length):
                at &+= length
            case .illFormed(let length, let reason):
                pass(base, from, at, &sink)
                try countRepair(reason, at)
                StringRepair.replacement.withUnsafeBufferPointer { sink.string(raw: $0.span) }
                at &+= length
                from = at
            case .incomplete:
                pass(base, from, at, &sink)
                keepCut(base + at, end &- at)
                return end
            case .invalid(let reason):
                pass(base, from, at, &sink)
                throw failure(reason, at)
            }
        }
    }

    @inline(__always)
    private func pass<S: JSONSink & ~Copyable>(_ base: UnsafePointer<UInt8>, _ from: Int, _ to: Int, _ sink: inout S) {
        if to > from { sink.string(raw: UnsafeBufferPointer(start: base + from, count: to &- from).span) }
    }

    /// Goes through a key, which is passed on as a whole. One without an escape that lies inside the chunk is not copied.
    @inline(__always)
    mutating func readKey<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        if !isKeyHeld {
            let at = StringScan.plainEnd(base, start, end)
            if at < end, base[at] == UInt8(ascii: "\"") {
                guard at &- start <= Limits.jsonKeyBytesMax else { throw keyTooLong }
                let key = UnsafeBufferPointer(start: base + start, count: at &- start)
                try endKey(raw: key, decoded: key, &sink)
                return at &+ 1
            }
            isKeyHeld = true
        }
        return try readHeldKey(base, start, end, &sink)
    }

    private mutating func readHeldKey<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        var at = start
        while !cut.isEmpty {
            guard let mended = try mend(base, &at, end) else { return at }
            try mended.withUnsafeBufferPointer { (text) throws(JSONFailure) in try hold(text) }
        }
        while at < end {
            let byte = base[at]
            if byte == UInt8(ascii: "\"") {
                try endHeldKey(&sink)
                return at &+ 1
            }
            if byte < 0x20 { throw failure(.controlCharacter, at) }
            if byte != UInt8(ascii: "\\"), byte < 0x80 {
                let stop = StringScan.plainEnd(base, at, end)
                try hold(UnsafeBufferPointer(start: base + at, count: stop &- at))
                at = stop
                continue
            }
            switch StringSequence.read(base + at, end &- at) {
            case .sound(let length):
                try hold(UnsafeBufferPointer(start: base + at, count: length))
                at &+= length
            case .illFormed(let length, let reason):
                try countRepair(reason, at)
                try StringRepair.replacement.withUnsafeBufferPointer { (text) throws(JSONFailure) in try hold(text) }
                at &+= length
            case .incomplete:
                keepCut(base + at, end &- at)
                return end
            case .invalid(let reason):
                throw failure(reason, at)
            }
        }
        return at
    }

    private mutating func endHeldKey<S: JSONSink & ~Copyable>(_ sink: inout S) throws(JSONFailure) {
        let raw = heldRaw
        let decoded = heldKey
        heldRaw = []
        heldKey = []
        isKeyHeld = false
        try raw.withUnsafeBufferPointer { (raw) throws(JSONFailure) in
            try decoded.withUnsafeBufferPointer { (decoded) throws(JSONFailure) in
                try endKey(raw: raw, decoded: decoded, &sink)
            }
        }
    }

    /// Adds well-formed content to the key at hand.
    private mutating func hold(_ text: UnsafeBufferPointer<UInt8>) throws(JSONFailure) {
        guard let base = text.baseAddress, text.count > 0 else { return }
        // An escape of twelve bytes stands for four; nothing shrinks more than to a sixth.
        guard heldKey.count + text.count / 6 <= Limits.jsonKeyBytesMax else { throw keyTooLong }
        heldRaw.append(contentsOf: text)
        StringDecoding.withDecoded(base, text.count) { heldKey.append(contentsOf: $0) }
        guard heldKey.count <= Limits.jsonKeyBytesMax else { throw keyTooLong }
    }

    private var keyTooLong: JSONFailure { JSONFailure(reason: .keyTooLong, offset: tokenStart) }

    private mutating func keepCut(_ base: UnsafePointer<UInt8>, _ count: Int) {
        cut.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    /// Completes the first sequence of what the last chunk cut, byte by byte, and answers what came of it, `at` being behind it;
    /// nil if this chunk ends as well. What it answers is empty if a plain byte is left, which is then `at`.
    private mutating func mend(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ end: Int) throws(JSONFailure) -> [UInt8]? {
        // A plain byte can only be the one that was added last: it showed that what stands before it is broken.
        if cut[0] < 0x80, cut[0] != UInt8(ascii: "\\") {
            precondition(cut.count == 1 && at > 0, "a plain byte was kept")
            cut = []
            at &-= 1
            return []
        }
        while true {
            let outcome = cut.withUnsafeBufferPointer { text in
                text.baseAddress.map { StringSequence.read($0, text.count) } ?? .incomplete
            }
            switch outcome {
            case .incomplete:
                guard at < end else { return nil }
                cut.append(base[at])
                at &+= 1
            case .sound(let length):
                let mended = [UInt8](cut.prefix(length))
                cut.removeFirst(length)
                return mended
            case .illFormed(let length, let reason):
                try countRepair(reason, at &- cut.count)
                cut.removeFirst(length)
                return StringRepair.replacement
            case .invalid(let reason):
                throw failure(reason, at &- cut.count)
            }
        }
    }

    private mutating func countRepair(_ reason: JSONReason, _ at: Int) throws(JSONFailure) {
        guard dialect.repairs else { throw failure(reason, at) }
        repairs += 1
    }
}
