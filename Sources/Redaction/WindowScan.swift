import CScan
import Core

/// Looks for secrets in one window of a view after another. One for each scrubber, on one loop; its memory is reused.
///
/// INVARIANT: what is decided about a place depends only on the `redactionContextBytes` before it, on at most a bounded number of bytes
/// behind it, and on the key block that may be open; never on where windows begin and end. A place whose decision looks past the end of
/// an unfinished window is held back.
///
/// Its fields are exempt from the check for overlapping access at run time, which would cost as much as the looks themselves: no field is
/// passed `inout` to code that could reach it again.
final class WindowScan {
    let set: DetectorSet
    let engine: RedactionEngine
    /// How many encodings deep the text is.
    private let depth: Int
    private var layer: DecodedLayer?
    private let tags = TagCache()
    let matcher = PatternMatcher()
    let keyNames: KeyNames
    let view: FlatView

    /// What was found, in no order; `scan` drops what lies behind the cut.
    @exclusivity(unchecked) var findings: [Finding] = []
    /// Where the first undecided place begins.
    @exclusivity(unchecked) var held = 0
    /// Up to where the window is decided.
    @exclusivity(unchecked) private var cut = 0
    /// Whether the text ends with the window.
    @exclusivity(unchecked) var isFinal = false
    /// Whether the look at the current place went to the end of an unfinished window.
    @exclusivity(unchecked) var touchedEnd = false
    /// The backslashes that make a line break of the text itself: 0 for plain text, 1 for raw JSON string content.
    @exclusivity(unchecked) var lineSlashes = 0 {
        didSet { view.isJSON = lineSlashes > 0 }
    }
    /// Whether the view begins where the text does.
    @exclusivity(unchecked) var isAtStart = true
    /// Whether text that addresses the model is looked for.
    @exclusivity(unchecked) var takesMarks = false
    /// Whether only precise patterns look.
    @exclusivity(unchecked) var isPreciseOnly = false
    /// Values that earlier replies to the same principal, or earlier values of the same reply, taught.
    @exclusivity(unchecked) var learned: [KnownSecrets] = []
    /// What lets findings pass; nil where nothing does.
    @exclusivity(unchecked) var clearance: Clearance?
    /// What passes; behind `scan` what of it is to be counted.
    @exclusivity(unchecked) var asides: [Finding] = []
    /// Whether the region begins, or the next one will, inside of something that passes and is longer than a look.
    @exclusivity(unchecked) var asideGoesOn = false
    /// What closes the secret that the region begins inside of, and what passes there, if quotes do.
    @exclusivity(unchecked) var restQuote: Finding.Quote?
    @exclusivity(unchecked) private var asideQuote: Finding.Quote?
    /// What the region begins with of a secret whose placeholder was written, and of something that passes.
    @exclusivity(unchecked) private(set) var rest: Finding?
    @exclusivity(unchecked) private var asideRest: Finding?
    /// Whether the region begins with the rest of something.
    var isGoingOn: Bool { rest != nil || asideRest != nil }
    /// The private keys, tables and manifests that lines may belong to.
    @exclusivity(unchecked) var keys = Trail<KeyBlock>()
    @exclusivity(unchecked) var tables = Trail<TableZone>()
    @exclusivity(unchecked) var manifests = Trail<ManifestZone>()
    /// What may begin or end one of them.
    @exclusivity(unchecked) var blockLabels: [KeyBlock.Label] = []
    @exclusivity(unchecked) var tableLabels: [Int] = []
    @exclusivity(unchecked) var manifestLabels: [Int] = []
    /// The heads of the tables, that of the open one first; the head and the line being looked at, and heads that may come again.
    @exclusivity(unchecked) var tableHeads: [TableHead] = []
    @exclusivity(unchecked) var head = TableHead()
    @exclusivity(unchecked) var candidate = TableHead()
    @exclusivity(unchecked) var row = TableLine()
    @exclusivity(unchecked) var headMemory = HeadMemory()
    /// The line of the member that was looked at last, and the fields.
    @exclusivity(unchecked) var lines = LineCursor()
    @exclusivity(unchecked) var fieldsSeen = FieldsSeen()
    /// Where no `kind` stands.
    @exclusivity(unchecked) var kindsSeen = 0..<0

    /// The key looked at last, so that two parts of one name are one look.
    @exclusivity(unchecked) var lastKey = 0..<0

    /// The pieces of a text that was broken up, and the text put together again.
    var pieces: [Piece] = []
    var joined: [UInt8] = []
    /// Up to where lines of a key without its first line were looked at.
    var keyLinesSeen = 0
    /// Up to where lines of broken base64 were looked at.
    var wrappedSeen = 0
    /// Up to where secret keys were looked for beside a key id.
    @exclusivity(unchecked) var secretKeysSeen = 0
    /// A row of characters of credentials, up to where it was read.
    @exclusivity(unchecked) var credentialSeen = 0..<0
    /// Where no name of a log event stands.
    @exclusivity(unchecked) var eventless = 0..<0
    /// A row of characters of names of columns, up to where it was read.
    @exclusivity(unchecked) var columnsSeen = 0..<0
    @exclusivity(unchecked) var insertion = Insertion()
    /// What was read of authorities without an at sign or an end, so that it is not read once more for each of many.
    @exclusivity(unchecked) var authoritySeen = 0..<0

    /// A run that a detector of `Search.run` searched: what begins before `clearUntil` needs no second look.
    private struct Search {
        var scan = 0
        var from = 0
        var to = 0
        var clearUntil = 0
        /// It was searched to its end.
        var isWhole = false
    }

    @exclusivity(unchecked) private var searched: [Search]
    @exclusivity(unchecked) private var scanNumber = 0
    /// What a pattern took last that was refused for its entropy.
    @exclusivity(unchecked) private var refused = SlidingEntropy()
    /// The last long secret that a pattern found.
    @exclusivity(unchecked) private var covered = 0..<0

    // Written by the scans in C, read right behind.
    let hits: UnsafeMutablePointer<cscan_hit>
    let hitCapacity: Int
    let runs: UnsafeMutablePointer<cscan_run>
    static let runCapacity = 512

    init(_ engine: RedactionEngine, names: KeyNames, depth: Int = 0) {
        self.engine = engine
        self.depth = depth
        set = engine.detectors
        view = FlatView(engine.detectors)
        keyNames = names
        hitCapacity = max(set.prefixes.hitCapacity, set.keyNames.hitCapacity)
        hits = .allocate(capacity: hitCapacity)
        hits.initialize(repeating: cscan_hit(), count: hitCapacity)
        runs = .allocate(capacity: Self.runCapacity)
        runs.initialize(repeating: cscan_run(), count: Self.runCapacity)
        findings.reserveCapacity(64)
        searched = [Search](repeating: Search(), count: set.detectors.count)
    }

    deinit {
        hits.deallocate()
        runs.deallocate()
        headMemory.deallocate()
    }

    /// The scan of what is encoded in this text; nil when it is as deep as one looks.
    func nextLayer() -> DecodedLayer? {
        if depth >= Limits.redactionDecodeDepthMax { return nil }
        if let layer {
            layer.scan.learned = learned
            return layer
        }
        let made = DecodedLayer(engine, names: keyNames, depth: depth + 1)
        made.scan.learned = learned
        made.scan.clearance = clearance
        layer = made
        return made
    }

    /// The tag of what was found.
    func tag(of finding: Finding, in text: Span<UInt8>) -> UInt64 {
        if let made = finding.tag { return made }
        let secret = text.extracting(finding.tagStart..<finding.tagEnd)
        return finding.isBody ? engine.tagOfBody(secret) : tag(ofText: secret)
    }

    /// The tag of a secret.
    func tag(ofText secret: Span<UInt8>) -> UInt64 { tags.tag(of: secret) { engine.tag(of: $0) } }

    /// Forgets the texts of the secrets it found.
    func forgetTags() {
        tags.clear()
        layer?.scan.forgetTags()
    }

    /// Scans `text`, of which bytes before `region` are context, and answers up to where it is decided. `isGoingOn`: the token characters
    /// the region begins with belong to a secret before it. `whole` is the key of which the text is the value.
    func scan(_ text: Span<UInt8>, from region: Int, isFinal: Bool, isGoingOn: Bool = false, whole: KeyClass = .none) -> Int {
        findings.removeAll(keepingCapacity: true)
        asides.removeAll(keepingCapacity: true)
        clearNotes()
        lastKey = 0..<0
        secretKeysSeen = 0
        authoritySeen = 0..<0
        columnsSeen = 0..<0
        insertion = Insertion()
        credentialSeen = 0..<0
        eventless = 0..<0
        keyLinesSeen = 0
        wrappedSeen = 0
        covered = 0..<0
        scanNumber += 1
        self.isFinal = isFinal
        held = text.count
        rest = isGoingOn ? goOn(text, region, restQuote) : nil
        asideRest = asideGoesOn ? goOn(text, region, asideQuote) : nil
        asideGoesOn = asideGoesOn && region == text.count && !isFinal
        if whole.tier != .none { judgeWhole(text, whole) }
        findPrefixes(text, region)
        if !isPreciseOnly { findKeys(text, region) }
        findRuns(text, region)
        if hasKnown { findKnown(text, region) }
        if view.hasPercent { findPercent(text, region) }
        findInside(text, region)
        cut = isFinal ? text.count : border(min(held, trailingRun(text, region), trailingOpening(text)), text, region)
        return settle(text, region)
    }

    /// What the region begins with of something that was longer than a look.
    private func goOn(_ text: Span<UInt8>, _ region: Int, _ quote: Finding.Quote?) -> Finding? {
        var rest = Finding(region, region, kind: GrammarKind.undecided.rawValue, rank: 0)
        rest.form = .nothing
        rest.quote = quote
        extend(&rest, text)
        return rest.end > region ? rest : nil
    }

    /// Whether there are values to look for.
    var hasKnown: Bool { engine.known != nil || engine.enrolled != nil || !learned.isEmpty }

    // MARK: Searching

    private func findPrefixes(_ text: Span<UInt8>, _ region: Int) {
        var at = max(0, region - Limits.redactionAnchorBytes)
        while at < text.count {
            let count = set.prefixes.find(in: text, at: &at, hits: hits, capacity: hitCapacity)
            for index in 0..<count {
                let start = Int(hits[index].start)
                let literal = Int(hits[index].literal)
                // Asked once for all detectors of a literal, and only where one has it.
                var speaksLater: Bool?
                for target in set.targetStarts[literal]..<set.targetStarts[literal + 1] {
                    switch set.targets[target] {
                    case .detector(let detector):
                        let isLeft = speaksLater ?? beginsAgain(text, start)
                        speaksLater = isLeft
                        if !isLeft { match(detector, text, start, region) }
                    case .uri: if !isPreciseOnly { lookAtURI(text, start) }
                    case .keyID: if !isPreciseOnly { lookForSecretKeys(text, start - Self.secretKeyReach, start + Self.secretKeyReach) }
                    case .keyBlock: lookAtBlockLabel(text, start)
                    case .dump: if !isPreciseOnly { lookAtDump(text, start) }
                    case .manifest: if !isPreciseOnly { manifestLabels.append(start) }
                    }
                }
            }
        }
    }

    /// Whether what begins at `start` begins again at once in the same row, behind a letter or digit if it stands behind one itself: then
    /// that speaks for both, and of `ghp_ghp_ghp_` only the last is tried. No credential is so short that another could stand there.
    private func beginsAgain(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard start + 8 < text.count else { return false }
        let isInside = start > 0 && ASCII.isAlphanumeric(text[start - 1])
        return text.withUnsafeBytes { bytes in
            let first = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            for at in start + 1..<min(start + Self.againReach, text.count - 7) {
                guard Self.isCredential(bytes[at - 1]) else { return false }
                if bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) == first, ASCII.isAlphanumeric(bytes[at - 1]) == isInside {
                    return true
                }
            }
            return false
        }
    }

    private static let againReach = 17

    private func findKeys(_ text: Span<UInt8>, _ region: Int) {
        var at = max(0, region - Limits.redactionAnchorBytes)
        while at < text.count {
            let count = set.keyNames.find(in: text, at: &at, hits: hits, capacity: hitCapacity)
            for index in 0..<count {
                let place = Int(hits[index].start)
                lookAtKey(text, place)
                // What ends in the context was told of before.
                if place < region, let last = findings.last, last.end <= region { findings.removeLast() }
            }
        }
    }

    private func findRuns(_ text: Span<UInt8>, _ region: Int) {
        // A key id may stand in the context, or behind the window.
        secretKeysSeen = 0
        if region > 0, !isPreciseOnly { lookForSecretKeys(text, region, region + Self.secretKeyReach) }
        if !isFinal, !isPreciseOnly { lookForSecretKeys(text, text.count - Self.secretKeyReach, text.count) }
        var at = 0
        while at < text.count {
            let count = text.withUnsafeBufferPointer { cscan_encoded($0.baseAddress, $0.count, &at, runs, Self.runCapacity) }
            for index in 0..<count {
                let start = Int(runs[index].start)
                let end = start + Int(runs[index].length)
                if start < wrappedSeen { continue }
                let encoding = Int32(runs[index].encoding)
                // Lines of the context may go on behind it.
                if end > region { lookAtRun(text, start, end, encoding) } else { lookAtLines(text, start, end, encoding) }
            }
        }
    }

    // MARK: Patterns

    private func match(_ index: Int, _ text: Span<UInt8>, _ start: Int, _ region: Int) {
        let detector = set.trials[index]
        if isPreciseOnly, !detector.isPrecise { return }
        if detector.marks, !takesMarks { return }
        // Deep inside of a long secret nothing is found that would reach out of it.
        if covered.contains(start), start + Limits.detectorLiteralBytesMax < covered.upperBound { return }
        var from = start
        if detector.search == .run {
            guard let begin = searchStart(index, text, start) else { return }
            from = begin
        }
        if detector.entropy > 0, refused.isLow(index, text, at: from, below: detector.entropy, scan: scanNumber) { return }
        let floor = max(0, from - Limits.redactionContextBytes / 2)
        // A run that is searched is looked at as far as it goes, and a byte further, so that its end can be told.
        let far = min(text.count, start + Limits.redactionLookBytes)
        let ceiling = detector.search == .prefix ? far : min(runEnd(text, start, far) + 1, far)
        let grows = ceiling == text.count && !isFinal
        let outcome = matcher.run(
            detector.compiled, group: detector.group, in: text.extracting(floor..<ceiling), from: from - floor, mayGrow: grows)
        if detector.search == .run { noteSearch(index, outcome, from, floor, ceiling, isWhole: ceiling < far) }
        switch outcome {
        case .none:
            guard detector.search == .prefix, detector.isPrecise else { return }
            matchBroken(detector, text, start)
        case .undecided: hold(from)
        case .failed: withhold(text, start)
        case .match(let whole, let group):
            let secret = (group.lowerBound + floor)..<(group.upperBound + floor)
            guard accepts(detector, text.extracting(secret)) else {
                if detector.search == .prefix { refused.note(index, at: from, secret, scan: scanNumber) }
                return
            }
            var finding = Finding(
                secret.lowerBound, secret.upperBound, kind: detector.kindIndex,
                rank: detector.isPrecise ? Finding.Rank.precise : Finding.Rank.pattern, anchor: from, source: detector.source)
            if detector.tagsWhole {
                finding.tagStart = whole.lowerBound + floor
                finding.tagEnd = whole.upperBound + floor
            }
            if secret.upperBound == ceiling, ceiling == start + Limits.redactionLookBytes {
                extend(&finding, text)
            } else if detector.search == .prefix, !detector.marks, isBreak(text, secret.upperBound) {
                goOnBehindBreak(&finding, text, takesEvents: true)
            }
            if detector.marks {
                finding.form = .mark
                finding.rank = 0
            }
            findings.append(finding)
            if finding.end - finding.start >= Limits.redactionAnchorBytes, !passes(finding, text) { covered = finding.start..<finding.end }
        }
    }

    /// From where on the run around a literal is searched; nil when the part of it that matters was searched before.
    private func searchStart(_ index: Int, _ text: Span<UInt8>, _ start: Int) -> Int? {
        let begin = runStart(text, start)
        let last = searched[index]
        guard last.scan == scanNumber, begin >= last.from, begin < last.to else { return begin }
        if start < last.clearUntil, last.isWhole || start + Limits.redactionRunBytes <= last.to { return nil }
        return max(begin, min(last.clearUntil, start))
    }

    private func noteSearch(_ index: Int, _ outcome: PatternMatcher.Outcome, _ from: Int, _ floor: Int, _ end: Int, isWhole: Bool) {
        var clear = from
        switch outcome {
        case .none: clear = end
        case .match(let whole, _): clear = whole.upperBound + floor
        case .undecided, .failed: break
        }
        searched[index] = Search(scan: scanNumber, from: from, to: end, clearUntil: clear, isWhole: isWhole)
    }

    private func accepts(_ detector: Trial, _ secret: Span<UInt8>) -> Bool {
        if Placeholder.length(in: secret, at: 0) != nil { return false }
        return detector.entropy == 0 || Randomness.entropy(secret) >= detector.entropy
    }

    /// Takes the rest of a quoted value, or of a run of token characters, into a finding that ends where the look ahead ended.
    func extend(_ finding: inout Finding, _ text: Span<UInt8>) {
        finding.isCut = true
        if let quote = finding.quote {
            while finding.end < text.count, !closes(text, finding.end, quote) { finding.end += 1 }
        } else {
            while finding.end < text.count, Self.isToken(text[finding.end]) { finding.end += 1 }
        }
        finding.goesOn = finding.end == text.count && !isFinal
    }

    /// Whether a value ends at `place`: with the quote that closes it, or with the line.
    private func closes(_ text: Span<UInt8>, _ place: Int, _ quote: Finding.Quote) -> Bool {
        if text[place] == quote.byte { return view.slashes(at: place) <= quote.depth }
        return text[place] == 0x0A && view.slashes(at: place) <= max(quote.depth, lineSlashes)
    }

    /// Where a look could not be finished within its bounds, the whole run of token characters is taken.
    func withhold(_ text: Span<UInt8>, _ start: Int) {
        var finding = Finding(start, start, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.precise)
        extend(&finding, text)
        finding.tagEnd = min(finding.end, start + Limits.redactionLookBytes)
        if finding.end > start { findings.append(finding) }
    }

    // MARK: Holding back

    /// Keeps everything from `place` on for the next window.
    func hold(_ place: Int) { held = min(held, place) }

    /// The byte at `place`, or -1 at `limit`, which is remembered.
    func byte(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        if place < limit { return Int(text[place]) }
        touchedEnd = true
        return -1
    }

    /// Whether more text may come behind `limit`.
    func grows(_ text: Span<UInt8>, _ limit: Int) -> Bool { limit == text.count && !isFinal }

    /// Where the run of token characters around `place` begins, looking back at most `redactionRunBytes`.
    func runStart(_ text: Span<UInt8>, _ place: Int) -> Int {
        var start = place
        let floor = max(0, place - Limits.redactionRunBytes)
        while start > floor, Self.isToken(text[start - 1]) { start -= 1 }
        return start
    }

    func runEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        var end = place
        while end < limit, Self.isToken(text[end]) { end += 1 }
        return end
    }

    /// Whether a byte may stand inside a credential that has a format.
    static func isToken(_ byte: UInt8) -> Bool {
        // Letters, digits and `+/_=.~:@%$!-*?&#`, one bit for each byte of ASCII.
        let bits: UInt64 = byte < 64 ? 0xA7FF_EC7A_0000_0000 : byte < 128 ? 0x47FF_FFFE_87FF_FFFF : 0
        return bits >> UInt64(byte & 63) & 1 == 1
    }

    // MARK: Settling

    /// Orders and merges what was found, keeps what lies before the cut and answers the cut.
    private func settle(_ text: Span<UInt8>, _ region: Int) -> Int {
        if let clearance { setAside(text, clearance) }
        if findings.isEmpty, asides.isEmpty, rest == nil, asideRest == nil { return max(cut, region) }
        // The rest of a secret is taken whatever else may begin inside of it, and however much of it other places wait for.
        let floor = rest?.end ?? region
        Self.merge(&findings, behind: floor)
        if let rest { findings.insert(rest, at: 0) }
        if !asides.isEmpty { Self.merge(&asides, behind: asideRest?.end ?? region) }
        if let last = findings.last, last.goesOn, max(held, region) >= last.start { cut = text.count }
        cut = max(cut, floor)
        while true {
            // What ends behind the cut is found again with the next window, because what led to it is in the context then.
            if let last = findings.last, last.end > cut {
                cut = border(min(cut, last.start, last.anchor + Limits.redactionAnchorBytes), text, floor)
                findings.removeLast()
            } else if let last = asides.last, last.end > cut, !last.goesOn || last.start >= cut {
                cut = border(min(cut, last.start, last.anchor + Limits.redactionAnchorBytes), text, floor)
                asides.removeLast()
            } else {
                break
            }
        }
        if let asideRest, asideRest.goesOn || asideRest.end > cut { asideGoesOn = true }
        if let last = asides.last, last.goesOn, last.start < cut {
            asideGoesOn = true
            asideQuote = last.quote
        }
        countAsides(before: cut)
        return cut
    }

    /// Where a window may end at or before `place`.
    private func border(_ place: Int, _ text: Span<UInt8>, _ region: Int) -> Int { max(view.border(before: place, in: text), region) }
}
