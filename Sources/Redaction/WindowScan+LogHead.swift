import Core

/// What loggers write before a message, behind which a text goes on that a line broke.
extension WindowScan {
    /// Skips what Airflow writes before a message, `[time] {file:line} LEVEL - `, or a container runtime, `time stdout F `.
    func skipPrefix(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        let first = byte(text, place, limit)
        if first == 0x5B {
            var at = place
            while at - place < 160, byte(text, at, limit) > 0x1F {
                if byte(text, at, limit) == 0x20, byte(text, at + 1, limit) == 0x2D, byte(text, at + 2, limit) == 0x20 { return at + 3 }
                at += 1
            }
        } else if first >= 0x30, first <= 0x39, byte(text, place + 4, limit) == 0x2D {
            var at = place
            while at - place < 64, byte(text, at, limit) > 0x20 { at += 1 }
            let stream = at + 1
            guard byte(text, stream, limit) == 0x73, byte(text, stream + 3, limit) == 0x6F || byte(text, stream + 3, limit) == 0x65 else {
                return skipHead(text, place, limit)
            }
            guard byte(text, stream + 6, limit) == 0x20, byte(text, stream + 8, limit) == 0x20 else { return place }
            return stream + 9
        }
        return place
    }

    private static let levels: [StaticString] = [
        "info", "warning", "warn", "error", "debug", "critical", "fatal", "trace", "notice",
    ]

    /// Whether a word is one that says how much a line of a log matters.
    func isLevel(_ word: Span<UInt8>) -> Bool {
        guard (4...8).contains(word.count) else { return false }
        for level in Self.levels where ASCII.equalsIgnoringCase(word, level) { return true }
        return false
    }

    /// Skips `2026-11-22 04:05:06,789 INFO `, with a logger's name, a thread in brackets and dashes, in the order that loggers like.
    private func skipHead(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        guard byte(text, place + 7, limit) == 0x2D, byte(text, place + 13, limit) == 0x3A, byte(text, place + 16, limit) == 0x3A else {
            return place
        }
        var at = place + 17
        while at - place < 40, byte(text, at, limit) > 0x20 { at += 1 }
        var hasLevel = false
        for _ in 0..<6 {
            at = skipBlanks(text, at, limit)
            if let end = levelEnd(text, at, limit) {
                hasLevel = true
                at = end
            } else if byte(text, at, limit) == 0x5B {
                let start = at
                while at - start < 64, byte(text, at, limit) > 0x1F, byte(text, at, limit) != 0x5D { at += 1 }
                guard byte(text, at, limit) == 0x5D else { return place }
                at += 1
            } else if byte(text, at, limit) == 0x2D, byte(text, at + 1, limit) == 0x20 {
                at += 2
            } else if let end = nameEnd(text, at, limit) {
                at = end
            } else {
                break
            }
        }
        return hasLevel ? at : place
    }

    private func levelEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        var at = place
        while at - place < 9, byte(text, at, limit) >= 0x41, byte(text, at, limit) <= 0x5A { at += 1 }
        guard at > place, isLevel(text.extracting(place..<at)) else { return nil }
        let next = byte(text, at, limit)
        return next == 0x20 ? at : next == 0x3A ? at + 1 : nil
    }

    /// `airflow.task: ` or `root - `.
    private func nameEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        var at = place
        while at - place < 64 {
            let next = byte(text, at, limit)
            guard next > 0, next == 0x2E || next == 0x5F || next | 0x20 >= 0x61 && next | 0x20 <= 0x7A else { break }
            at += 1
        }
        guard at > place else { return nil }
        if byte(text, at, limit) == 0x3A, byte(text, at + 1, limit) == 0x20 { return at + 1 }
        return byte(text, at, limit) == 0x20 && byte(text, at + 1, limit) == 0x2D && byte(text, at + 2, limit) == 0x20 ? at + 1 : nil
    }
}
