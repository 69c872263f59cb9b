import Core
import JSON

/// Replaces the secrets in the values of a reply as a rewriter streams it by. One for each loop or exchange; `reset` makes it ready for
/// the next reply without taking new memory.
///
/// Keys, structure and types stay: strings are changed inside, numbers under a key that names a secret become 0, `true`, `false` and
/// `null` stay.
public final class ReplyScrubber: ValueScrubber {
    private let engine: RedactionEngine
    private let text: TextScrubber
    private let keyNames: KeyNames
    // Fixed memory, so that a value costs no check of its own.
    private let levels: UnsafeMutablePointer<Level>
    @exclusivity(unchecked) private var depth = 0
    @exclusivity(unchecked) private var role = FieldRole.text
    private var hasFailed = false
    private var blob = ByteBuffer()
    private var blobText: TextScrubber?
    /// What leaves out what no reader sees; nil where that is off.
    private let hygiene: TextHygiene?
    private var blobHygiene: TextHygiene?
    private var scratch = ByteBuffer()
    @exclusivity(unchecked) private var element: [UInt8] = []
    @exclusivity(unchecked) private var replacementsBefore = 0
    /// Values of this reply that taught something.
    private var harvest: Harvest?
    /// What earlier replies taught.
    private var earlier: KnownSecrets?
    /// Where the value at hand stands; nil unless somebody needs to know.
    var path: ValuePath?
    /// What lets findings pass; nil where nothing does.
    private let clearance: Clearance?

    /// What is known of an object or array that is open.
    private struct Level {
        var isObject = false
        var isArray = false
        /// The values seen so far.
        var count = 0
        /// The key of the next value, or of the array.
        var key = KeyClass.none
        /// The last member was a name, and this is what it says of a `value` beside it.
        var named = KeyClass.none
        var isName = false
        /// The key of the object itself, for `{"password": {"value": …}}`.
        var wrapped = KeyClass.none
        /// The last element of an array was a flag or a name, and this is what it says of the next one.
        var flag = KeyClass.none
        var manifest = ManifestLevel()
    }

    /// Makes a scrubber.
    public init(_ engine: RedactionEngine) {
        self.engine = engine
        keyNames = KeyNames(engine.detectors.words)
        text = TextScrubber(engine, lineSlashes: 1, names: keyNames)
        hygiene = engine.hygiene == .off ? nil : TextHygiene(isJSON: true)
        clearance = text.clearance
        if let clearance, clearance.followsPaths {
            path = ValuePath()
            clearance.path = path
        }
        levels = .allocate(capacity: Limits.redactionDepthMax + 1)
        levels.initialize(repeating: Level(), count: Limits.redactionDepthMax + 1)
    }

    deinit { levels.deallocate() }

    /// Forgets the reply and its counts, and keeps the memory.
    public func reset() {
        text.reset()
        blobText?.reset()
        hygiene?.reset()
        blobHygiene?.reset()
        blob.clear()
        blob.shrink(keep: 0)
        path?.reset()
        if text.harvest != nil {
            harvest?.clear()
            text.harvest = nil
            text.learned = []
        }
        earlier = nil
        depth = 0
        levels[0] = Level()
        role = .text
        hasFailed = false
    }

    /// Says whose reply it is, by its tool, and when: entries of `allow` may ask for both. Until then those that end do not hold.
    public func allow(tool: [UInt8], now: WallTime) { text.allow(tool: tool, now: now) }

    /// Whether nothing was found in this reply.
    public var isUntouched: Bool {
        text.isUntouched && blobText?.isUntouched ?? true && hygiene?.isUntouched ?? true && blobHygiene?.isUntouched ?? true
    }

    /// Looks in this reply also for what earlier replies to the same principal taught, and learns from it. After `reset`.
    public func learn(from ledger: LearnedSecrets, now: Instant) {
        let harvest = harvest ?? Harvest()
        self.harvest = harvest
        text.harvest = harvest
        earlier = ledger.current(now: now)
        if let earlier { text.learned = [earlier] }
    }

    /// Hands what this reply taught to the principal's other replies, and forgets it.
    public func teach(_ ledger: LearnedSecrets, now: Instant, lifetime: Duration, max: Int) -> LearnedSecrets.Lesson {
        guard let harvest = text.harvest, !harvest.isEmpty else { return LearnedSecrets.Lesson() }
        defer { harvest.clear() }
        return ledger.learn(harvest, now: now, lifetime: lifetime, max: max)
    }

    /// From here on what the values before taught is looked for too.
    private func takeLearned() {
        guard let harvest = text.harvest, let own = harvest.compileIfFresh() else { return }
        text.learned = [earlier, own].compactMap(\.self)
    }

    /// Follows what is found, and where in the structure.
    func explain(to log: DiscoveryLog) {
        let path = path ?? ValuePath()
        path.tell()
        self.path = path
        log.path = path
        clearance?.path = path
        text.log = log
    }

    /// What is open that lines of the next values may belong to: a private key, a table, a manifest. A stream hands it from one message to
    /// the next.
    public var openZones: OpenZones {
        get { text.openZones }
        set { text.openZones = newValue }
    }

    /// What was replaced in this reply.
    public var report: RedactionReport {
        var report = text.report
        if let blobText, !blobText.report.isEmpty { report = report.joined(with: blobText.report) }
        for hygiene in [hygiene, blobHygiene] {
            if let hygiene, !hygiene.isUntouched { report = report.joined(with: hygiene.report) }
        }
        return report
    }

    /// Whether the reply must not be delivered: a field that cannot be changed holds a secret, or something could not be looked at.
    public var mustWithhold: Bool { hasFailed }

    // MARK: Structure

    /// Whether it wants to know where values stand that it is not asked about, too.
    public var followsPath: Bool { path != nil }

    /// An object or array of the protocol begins around what is scrubbed.
    public func enter(_ isObject: Bool) { path?.open(isObject) }

    /// It ends.
    public func leave(_ isObject: Bool) { path?.close(isObject) }

    /// A member of it begins.
    public func name(_ decoded: Span<UInt8>) { path?.key(decoded) }

    /// An object or an array begins.
    public func open(_ isObject: Bool) {
        if depth >= Limits.redactionDepthMax {
            hasFailed = true
            return
        }
        path?.open(isObject)
        let key = nextValue()
        let opens = isObject ? levels[depth].manifest.opens : .none
        depth += 1
        levels[depth] = Level(
            isObject: isObject, isArray: !isObject, key: isObject ? .none : key, wrapped: isObject ? key : .none)
        levels[depth].manifest.holds = opens
    }

    /// It ends.
    public func close(_ isObject: Bool) {
        path?.close(isObject)
        if depth > 0 { depth -= 1 }
        levels[depth].count += 1
    }

    /// A key: pattern detectors look at it, and its name decides about its value.
    public func key(raw: Span<UInt8>, decoded: Span<UInt8>, role: FieldRole, into out: inout ByteBuffer) {
        path?.key(decoded)
        let named = levels[depth].named
        levels[depth].named = .none
        levels[depth].isName = Self.isName(decoded)
        levels[depth].key = keyNames.classify(decoded)
        levels[depth].manifest.name(decoded)
        if let value = levels[depth].manifest.value(decoded) { levels[depth].key = value }
        if ASCII.equalsIgnoringCase(decoded, "value") {
            if named.tier != .none {
                levels[depth].key = named
            } else if levels[depth].wrapped.tier != .none {
                levels[depth].key = levels[depth].wrapped
            }
        }
        if isClean(raw) {
            out.append(raw)
            return
        }
        let before = changes
        let replacements = text.replacements
        let unseen = tidied
        // What is found in a key is told of without the key.
        path?.told?.key(Self.untold.span)
        text.push(raw, into: &scratch)
        if role == .text {
            let start = out.readableCount
            finishText(into: &out)
            path?.told?.key(out.readable.extracting(start..<out.readableCount))
        } else {
            // A name of the protocol cannot be changed.
            text.finish(into: &scratch)
            scratch.clear()
            out.append(raw)
            if text.replacements > replacements { hasFailed = true } else { path?.told?.key(decoded) }
        }
        // What passes here need not pass elsewhere.
        if changes == before { return keyNames.noteClean(raw) }
        // Two keys of one object stay two: what was left out of them, or is shown alike, no longer tells them apart.
        guard role == .text, tidied > unseen || engine.style == .mask || engine.hygiene == .block else { return }
        out.append(UInt8(ascii: "_"))
        Placeholder.append(tag: engine.tag(of: decoded), to: &out)
    }

    /// How many characters that no reader sees were left out so far.
    private var tidied: Int { hygiene.map { $0.terminal + $0.invisible } ?? 0 }

    /// Ends a text of which `scratch` may hold what is decided.
    private func finishText(into out: inout ByteBuffer) {
        text.finish(into: &scratch)
        if let hygiene {
            scratch.withSpan { hygiene.push($0, into: &out) }
            hygiene.finish(into: &out)
        } else {
            scratch.withReadable { out.append($0) }
        }
        scratch.clear()
    }

    /// What was found in texts so far, whatever was done with it.
    private var changes: Int { text.replacements + text.passedTotal + tidied }

    /// Whether nothing is to be looked for in a key: most are short, or were seen before.
    private func isClean(_ raw: Span<UInt8>) -> Bool {
        if raw.count >= 10 { return keyNames.isClean(raw) }
        if hygiene == nil { return true }
        for at in 0..<raw.count where raw[at] >= 0x7F || raw[at] == UInt8(ascii: "\\") { return false }
        return true
    }

    private static let untold = Array("(key)".utf8)

    private static func isName(_ key: Span<UInt8>) -> Bool {
        ASCII.equalsIgnoringCase(key, "key") || ASCII.equalsIgnoringCase(key, "name")
    }

    /// The key whose value comes now.
    private func nextValue() -> KeyClass {
        if levels[depth].isObject { return levels[depth].key }
        let flag = levels[depth].flag
        levels[depth].flag = .none
        return flag.tier != .none ? flag : levels[depth].key
    }

    // MARK: Values

    /// A string begins.
    public func beginString(role: FieldRole) {
        self.role = role
        switch role {
        case .opaque: return
        case .blob: blob.clear()
        case .protocolField, .link:
            _ = nextValue()
            replacementsBefore = text.replacements
            text.begin(valueOf: .none, isPreciseOnly: role == .protocolField)
        case .text:
            element.removeAll(keepingCapacity: true)
            text.begin(valueOf: nextValue())
        }
    }

    /// A piece of its raw content.
    public func string(raw: Span<UInt8>, into out: inout ByteBuffer) {
        switch role {
        case .opaque: out.append(raw)
        case .blob:
            if blob.readableCount + raw.count > Limits.redactionBlobBytesMax { hasFailed = true } else { blob.append(raw) }
        case .protocolField, .link:
            out.append(raw)
            text.push(raw, into: &scratch)
            scratch.clear()
        case .text:
            if levels[depth].isName || levels[depth].isArray || levels[depth].manifest.isKind { remember(raw) }
            guard let hygiene else { return text.push(raw, into: &out) }
            text.push(raw, into: &scratch)
            scratch.withSpan { hygiene.push($0, into: &out) }
            scratch.clear()
        }
    }

    /// The string ends.
    public func endString(into out: inout ByteBuffer) {
        switch role {
        case .opaque: return
        case .blob: endBlob(into: &out)
        case .protocolField, .link:
            text.finish(into: &scratch)
            scratch.clear()
            if text.replacements > replacementsBefore { hasFailed = true }
        case .text:
            if hygiene == nil { text.finish(into: &out) } else { finishText(into: &out) }
            if !element.isEmpty { readElement() }
            takeLearned()
        }
        levels[depth].count += 1
    }

    /// A number: 0 under a key that names a secret.
    public func number(_ digits: Span<UInt8>, into out: inout ByteBuffer) {
        let key = nextValue()
        let isSecret = key.tier == .strong && !(digits.count == 1 && digits[0] == UInt8(ascii: "0"))
        if isSecret, let clearance, clearance.allowsNumber(key.kind) {
            text.countPassed(key.kind.rawValue)
            out.append(digits)
        } else if isSecret {
            text.countNumber()
            text.log?.noteNumber(digits.count, key.kind.slug)
            out.append(UInt8(ascii: "0"))
        } else {
            out.append(digits)
        }
        levels[depth].count += 1
    }

    /// `true`, `false` or `null`.
    public func literal(_ word: Span<UInt8>, into out: inout ByteBuffer) {
        _ = nextValue()
        out.append(word)
        levels[depth].count += 1
    }

    // MARK: Names as values

    /// Keeps the beginning of a string that may be the name of what comes next.
    private func remember(_ raw: Span<UInt8>) {
        for at in 0..<min(raw.count, KeyNames.longest + 1 - element.count) { element.append(raw[at]) }
    }

    /// `{"key": "db_password", "value": …}`, `["--password", …]`, `["password", …]`.
    private func readElement() {
        guard element.count <= KeyNames.longest else { return }
        if levels[depth].manifest.isKind {
            let word = element
            levels[depth].manifest.takeKind(word.span)
        } else if levels[depth].isName {
            let kind = classifyElement()
            levels[depth].named = kind
        } else if levels[depth].count == 0 || element.first == UInt8(ascii: "-") {
            for byte in element where !KeyNames.isPart(byte) { return }
            let kind = classifyElement()
            levels[depth].flag = kind
        }
    }

    private func classifyElement() -> KeyClass {
        let name = element
        return keyNames.classify(name.span)
    }

    // MARK: Blobs

    /// Leaves out of a blob that is text what no reader sees; answers whether there was any. Other blobs stay byte for byte.
    private func tidyBlob(_ clean: inout ByteBuffer) -> Bool {
        guard hygiene != nil, clean.withSpan({ TextHygiene.isText($0) }) else { return false }
        let hygiene = blobHygiene ?? TextHygiene()
        blobHygiene = hygiene
        let before = hygiene.terminal + hygiene.invisible
        var tidy = ByteBuffer(capacity: clean.readableCount)
        clean.withSpan { hygiene.push($0, into: &tidy) }
        hygiene.finish(into: &tidy)
        swap(&clean, &tidy)
        return hygiene.terminal + hygiene.invisible > before
    }

    private func endBlob(into out: inout ByteBuffer) {
        if hasFailed { return }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(blob.readableCount)
        // The only escape that base64 can carry is `\/`.
        blob.withReadable { bytes in for byte in bytes where byte != UInt8(ascii: "\\") { encoded.append(byte) } }
        guard let plain = Base64.decode(encoded) ?? Base64.decode(encoded, .url) else {
            // No base64 after all: what stands there is read as it is.
            text.push(blob.readable, into: &scratch)
            finishText(into: &out)
            blob.clear()
            return
        }
        let scrubber = blobText ?? TextScrubber(engine)
        blobText = scrubber
        scrubber.learned = text.learned
        scrubber.clearance = clearance
        let before = scrubber.replacements
        var clean = ByteBuffer(capacity: plain.count)
        scrubber.push(plain.span, into: &clean)
        scrubber.finish(into: &clean)
        scrubber.closeZones()
        let isTidied = tidyBlob(&clean)
        if scrubber.replacements == before, !isTidied { out.append(blob.readable) } else { out.append(Base64.encode(clean.copy())) }
        blob.clear()
    }
}
