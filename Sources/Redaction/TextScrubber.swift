import Core

/// Replaces the secrets of one text that comes in pieces. One for each text at a time, on one loop; `reset` makes it ready for another.
///
/// The bytes that come out depend only on the bytes that went in, never on how they were cut into pieces. Memory is bounded whatever
/// comes: a place that cannot be decided within `Limits.redactionLookBytes` is replaced, not passed.
public final class TextScrubber {
    private let engine: RedactionEngine
    private let scan: WindowScan
    /// Text that was written out already but may still be looked back at, then text that was not yet written.
    @exclusivity(unchecked) private(set) var pending = ByteBuffer()
    /// How much of `pending` was written out: in source bytes, and in bytes of the view.
    @exclusivity(unchecked) private var contextBytes = 0
    @exclusivity(unchecked) private var contextView = 0
    /// What follows belongs to a secret whose placeholder was written.
    @exclusivity(unchecked) private var isGoingOn = false
    /// All that follows does.
    @exclusivity(unchecked) private var isDropping = false
    @exclusivity(unchecked) private var isAtStart = true
    /// Bytes that came since the last look.
    @exclusivity(unchecked) private var fresh = 0
    @exclusivity(unchecked) private var whole = KeyClass.none
    private var counts: [Int]
    private var numbers = 0
    /// How often what a source found passed by an entry of `allow`, by source; empty until something did.
    private var passed: [Int] = []
    /// All of that together.
    private(set) var passedTotal = 0
    /// Where values are kept that their keys say are secrets; nil when nothing is learned.
    var harvest: Harvest?
    /// Who is told what was found and where; nil unless somebody asked.
    var log: DiscoveryLog?

    /// Makes a scrubber of plain text.
    public convenience init(_ engine: RedactionEngine) {
        self.init(engine, lineSlashes: 0, names: KeyNames(engine.detectors.words))
    }

    init(_ engine: RedactionEngine, lineSlashes: Int, names: KeyNames) {
        self.engine = engine
        scan = WindowScan(engine, names: names)
        scan.lineSlashes = lineSlashes
        scan.takesMarks = engine.hygiene != .off
        if let table = engine.allowing { scan.clearance = Clearance(table) }
        counts = [Int](repeating: 0, count: engine.detectors.kinds.count)
    }

    /// Takes in a piece and appends what is decided; the rest waits.
    public func push(_ chunk: Span<UInt8>, into out: inout ByteBuffer) {
        var at = 0
        while at < chunk.count {
            // What waits is looked at again only when it has grown by half a window or more.
            let room = max(Limits.redactionWindowBytes - (pending.readableCount - contextBytes), Limits.redactionWindowBytes / 2 - fresh)
            let end = min(chunk.count, at + room)
            pending.append(chunk.extracting(at..<end))
            fresh += end - at
            at = end
            if fresh >= Limits.redactionWindowBytes / 2,
                pending.readableCount - contextBytes >= Limits.redactionWindowBytes
            {
                process(isFinal: false, into: &out)
            }
        }
    }

    /// Appends all that can be decided without the text that is still to come.
    public func settle(into out: inout ByteBuffer) {
        let waiting = pending.readableCount - contextBytes
        if whole.tier == .none, fresh > 0, fresh * 64 >= waiting { process(isFinal: false, into: &out) }
    }

    /// Ends the text: appends what is left of it and is ready for another, which is a part of the same reply: a private key whose lines
    /// come one by one stays open.
    public func finish(into out: inout ByteBuffer) {
        if isAtStart, contextBytes == 0, isPlain() {
            out.append(pending.readable)
        } else if pending.readableCount > contextBytes || isGoingOn {
            process(isFinal: true, into: &out)
        }
        pending.clear()
        log?.begin()
        contextBytes = 0
        contextView = 0
        isGoingOn = false
        fresh = 0
        isDropping = false
        isAtStart = true
        whole = .none
        scan.isPreciseOnly = false
        scan.asideGoesOn = false
    }

    /// Forgets everything, the counts too, and keeps the memory.
    public func reset() {
        pending.clear()
        pending.shrink(keep: 4 * Limits.redactionWindowBytes)
        contextBytes = 0
        contextView = 0
        isGoingOn = false
        fresh = 0
        isDropping = false
        isAtStart = true
        whole = .none
        scan.isPreciseOnly = false
        scan.asideGoesOn = false
        scan.closeZones()
        if passedTotal > 0 { for index in 0..<passed.count { passed[index] = 0 } }
        passedTotal = 0
        if replacements > 0 { for index in 0..<counts.count { counts[index] = 0 } }
        scan.forgetTags()
        numbers = 0
        replacements = 0
    }

    /// What was replaced since the last `reset`.
    public var report: RedactionReport {
        var kinds: [RedactionReport.Count] = []
        for (index, count) in counts.enumerated() where count > 0 {
            kinds.append(RedactionReport.Count(kind: engine.detectors.kinds[index], count: count))
        }
        var allowed: [RedactionReport.Count] = []
        for (source, count) in passed.enumerated() where count > 0 {
            allowed.append(RedactionReport.Count(kind: engine.detectors.name(ofSource: UInt16(source)), count: count))
        }
        return RedactionReport(
            counts: RedactionReport.ordered(kinds), withheld: counts[Int(GrammarKind.undecided.rawValue)], numbers: numbers,
            allowed: RedactionReport.ordered(allowed))
    }

    /// Whether nothing was found since the last `reset`: what most texts come to, told without making a report.
    var isUntouched: Bool { replacements == 0 && passedTotal == 0 }

    /// How many placeholders were written since the last `reset`.
    private(set) var replacements = 0

    /// The values that were learned before, in earlier replies or in earlier values of this one.
    var learned: [KnownSecrets] {
        get { scan.learned }
        set { scan.learned = newValue }
    }

    /// What lets findings pass; nil where nothing does.
    var clearance: Clearance? {
        get { scan.clearance }
        set { scan.clearance = newValue }
    }

    /// Says whose text comes now, and when: entries of `allow` may ask for both. Until then those that end do not hold.
    public func allow(tool: [UInt8] = [], now: WallTime) {
        scan.clearance?.tool = tool
        scan.clearance?.now = now
    }

    /// Counts what passed.
    func countPassed(_ source: UInt16) {
        if passed.isEmpty { passed = [Int](repeating: 0, count: engine.detectors.sourceNames.count) }
        passed[Int(source)] += 1
        passedTotal += 1
    }

    /// Ends the private key, the table and the manifest that are still open.
    func closeZones() { scan.closeZones() }

    /// What is open that what comes next may belong to.
    var openZones: OpenZones {
        get { scan.openZones }
        set { scan.openZones = newValue }
    }

    /// Counts a number that was set to 0 outside of a text.
    func countNumber() {
        numbers += 1
        replacements += 1
    }

    /// Tells `body` of everything that is found from now on.
    public func explain(to body: @escaping (Discovery) -> Void) { log = DiscoveryLog(body) }

    /// Says of the text that begins now that it is the value of a key, or that only precise patterns may look at it.
    func begin(valueOf key: KeyClass, isPreciseOnly: Bool = false) {
        whole = key
        scan.isPreciseOnly = isPreciseOnly
    }

    // MARK: Windows

    /// Whether a short text that came whole can be passed without a closer look, as most values of a reply can.
    private func isPlain() -> Bool {
        guard pending.readableCount <= Self.shortBytes, whole.tier == .none, !scan.isInside else { return false }
        guard LiteralSet.isPlain(pending, scan.set.prefixes, scan.set.keyNames) else { return false }
        return !scan.hasKnown || !pending.withSpan { scan.holdsKnown($0) }
    }

    private static let shortBytes = 512

    private func process(isFinal: Bool, into out: inout ByteBuffer) {
        let region = contextView
        fresh = 0
        scan.isAtStart = isAtStart
        let cut: Int
        let cutSource: Int
        let keep: Int
        let keepSource: Int
        do {
            let source = pending.readable
            let taken = scan.view.flatten(source, isFinal: isFinal).taken
            if isDropping {
                cut = scan.view.count
                cutSource = taken
            } else if scan.view.isSource {
                cut = look(source.extracting(0..<taken), source, region, isFinal: isFinal, into: &out)
                cutSource = cut
            } else {
                // The view is taken out for the time it is read, so that the scan may use its turns meanwhile.
                let bytes = scan.view.takeBytes()
                cut = look(bytes.span.extracting(0..<scan.view.count), source, region, isFinal: isFinal, into: &out)
                scan.view.giveBack(bytes)
                cutSource = cut == scan.view.count ? taken : scan.view.sourceStart(of: cut)
            }
            keep = keptFrom(cut)
            keepSource = scan.view.isSource ? keep : scan.view.sourceStart(of: keep)
        }
        // What is left out of the view does not count.
        isAtStart = isAtStart && keep == 0
        if let log { log.pass(pending.readable.extracting(0..<keepSource)) }
        pending.consume(keepSource)
        contextBytes = cutSource - keepSource
        contextView = cut - keep
    }

    /// Where the context of what comes behind `cut` begins.
    private func keptFrom(_ cut: Int) -> Int {
        let place = max(0, cut - Limits.redactionContextBytes)
        if scan.view.isSource { return place }
        let bytes = scan.view.takeBytes()
        let start = scan.view.unitStart(place, in: bytes.span.extracting(0..<scan.view.count))
        scan.view.giveBack(bytes)
        return start
    }

    private func look(
        _ text: Span<UInt8>, _ source: Span<UInt8>, _ region: Int, isFinal: Bool, into out: inout ByteBuffer
    ) -> Int {
        let isInside = isGoingOn && scan.restQuote != nil
        let cut = scan.scan(text, from: region, isFinal: isFinal, isGoingOn: isGoingOn, whole: region == 0 && isAtStart ? whole : .none)
        let view = scan.view
        // Of a quoted value that is longer than a look, what the view leaves out is taken too, wherever the text was cut.
        var written = isInside ? view.sourceStart(of: region) : contextBytes
        for finding in scan.findings {
            let start = max(view.sourceStart(of: view.border(before: finding.start, in: text)), written)
            let last = view.border(after: finding.end, in: text)
            let end = finding.quote == nil ? view.sourceEnd(of: last) : view.sourceStart(of: last)
            out.append(source.extracting(written..<start))
            if let log {
                let tag = scan.tag(of: finding, in: text)
                log.note(finding, at: start..<max(start, end), in: source, tag: tag, engine.detectors)
            }
            if finding.form == .mark {
                mark(finding, source.extracting(start..<max(start, end)), into: &out)
            } else {
                replace(finding, text, unit: Self.unit(of: source.extracting(start..<max(start, end))), into: &out)
            }
            written = max(end, start)
        }
        if !scan.asides.isEmpty { tellAsides(text, source) }
        let end = view.sourceStart(of: cut)
        if end > written { out.append(source.extracting(written..<end)) }
        // Where nothing came but what the view leaves out, all is as it was.
        if region == text.count, !isFinal { return cut }
        let last = scan.findings.last
        isGoingOn = last.map { $0.goesOn && $0.end == cut && !isFinal } ?? false
        scan.restQuote = last?.quote
        if isGoingOn, region == 0, isAtStart, whole.tier != .none { isDropping = true }
        scan.handOver(cut, region)
        return cut
    }

    /// Counts what passed in a window, and says so where somebody asked.
    private func tellAsides(_ text: Span<UInt8>, _ source: Span<UInt8>) {
        for aside in scan.asides {
            countPassed(aside.source)
            guard let log else { continue }
            let start = scan.view.sourceStart(of: scan.view.border(before: aside.start, in: text))
            let end = scan.view.sourceEnd(of: scan.view.border(after: aside.end, in: text))
            let tag = scan.tag(of: aside, in: text)
            log.note(
                aside, at: start..<max(start, end), in: source, tag: tag, engine.detectors,
                allowance: scan.clearance?.entry(for: aside) { tag })
        }
    }

    private func mark(_ finding: Finding, _ source: Span<UInt8>, into out: inout ByteBuffer) {
        counts[Int(finding.kind)] += 1
        replacements += 1
        guard engine.hygiene == .mark else { return out.append(Hygiene.removal) }
        out.append(Hygiene.opening)
        out.append(source)
        out.append(Hygiene.closing)
    }

    /// How many bytes each character of a secret takes: 1, or 2 or 4 of UTF-16 and UTF-32, whose other bytes are zero.
    private static func unit(of secret: Span<UInt8>) -> Int {
        guard secret.count > 4, secret[1] == 0, secret[3] == 0 else { return 1 }
        return secret[2] != 0 ? 2 : secret[4] != 0 ? 4 : 1
    }

    private func replace(_ finding: Finding, _ text: Span<UInt8>, unit: Int, into out: inout ByteBuffer) {
        switch finding.form {
        case .nothing, .mark: return
        case .zero:
            numbers += 1
            replacements += 1
            out.append(UInt8(ascii: "0"))
        case .placeholder:
            let kind = Int(finding.kind)
            counts[kind] += 1
            replacements += 1
            if let harvest, finding.isStrong, !finding.isCut, finding.tag == nil {
                harvest.take(text.extracting(finding.tagStart..<finding.tagEnd), kind: finding.kind)
            }
            let tag = scan.tag(of: finding, in: text)
            if unit == 1 { return engine.heads[kind].append(tag: tag, to: &out) }
            // The text stays in step.
            var placeholder = ByteBuffer()
            engine.heads[kind].append(tag: tag, to: &placeholder)
            for at in 0..<placeholder.readableCount {
                if at > 0 { for _ in 1..<unit { out.append(UInt8(0)) } }
                out.append(placeholder.readable[at])
            }
        }
    }
}
