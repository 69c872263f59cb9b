import Core

extension WindowScan {
    /// Looks for values that are known to be secrets, and for runs that are one as a whole.
    ///
    /// In protocol fields only values that look random count: a hit there withholds the reply.
    func findKnown(_ text: Span<UInt8>, _ region: Int) {
        let from = max(0, region - KnownSecrets.lengths.upperBound - 1)
        if let known = engine.known { search(known, text, from) }
        if !isPreciseOnly { for learned in learned { search(learned, text, from, rank: Finding.Rank.told) } }
        guard let enrolled = engine.enrolled else { return }
        enrolled.find(in: text, from: from, runs: runs, capacity: Self.runCapacity) { start, end in
            // A run that the view begins with may have begun before it.
            if start == 0, !isAtStart { return }
            addKnown(text, start, end, GrammarKind.knownSecret.rawValue)
        }
    }

    /// Whether a short text that nothing else speaks against holds a known value.
    func holdsKnown(_ text: Span<UInt8>) -> Bool {
        if !hasKnown { return false }
        var isFound = engine.known?.isIn(text, hits: hits, capacity: hitCapacity) ?? false
        for learned in learned where !isFound { isFound = learned.isIn(text, hits: hits, capacity: hitCapacity) }
        if !isFound { engine.enrolled?.find(in: text, from: 0, runs: runs, capacity: Self.runCapacity) { _, _ in isFound = true } }
        return isFound
    }

    private func search(_ known: KnownSecrets, _ text: Span<UInt8>, _ from: Int, rank: UInt8 = Finding.Rank.pattern) {
        known.find(in: text, from: from, hits: hits, capacity: hitCapacity) { start, end, kind in
            addKnown(text, start, end, kind, rank: rank)
        }
        if !isFinal, let place = known.openPlace(in: text) { hold(place) }
    }

    private func addKnown(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ kind: UInt16, rank: UInt8 = Finding.Rank.pattern) {
        if isPreciseOnly, !ValueShape.isRandom(text.extracting(start..<end)) { return }
        findings.append(Finding(start, end, kind: kind, rank: rank))
    }
}
