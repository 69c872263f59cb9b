import Core
import JSON

/// Where the tokens of one upstream message become the message for the client: ids restored, protocol values checked, free text handed to
/// the scrubber, `result._meta` held to be written last. Everything else keeps its order and white space.
struct ReplySink: ~Copyable {
    /// One open object or array.
    private struct Level {
        let shape: ReplyShape
        let isObject: Bool
    }

    private(set) var expectation: ReplyExpectation
    private let scrubber: any ValueScrubber
    private let counts: (inout ByteBuffer) -> Void
    /// Whether the scrubber is told of the structure around what it scrubs.
    private let followsPath: Bool
    /// What the envelope has shown so far.
    var envelope: ReplyEnvelope
    /// Why the message was refused, once it was.
    private(set) var failure: ReplyFailure?
    /// Whether the last token of the message has come.
    private(set) var isEnded = false

    /// The output; while a `_meta` is held, the held bytes, with the output in `spare`.
    var out = ByteBuffer()
    private var spare = ByteBuffer()
    private var isHolding = false
    private var heldDepth = 0
    private var hasHeld = false
    private var mutesColon = false

    private var levels: [Level] = []
    /// Whether members were written to the memberwise objects at depth 1, 2 and 3.
    var wroteMember: (Bool, Bool, Bool) = (false, false, false)
    /// White space behind a comma that is not written yet.
    private var gap = ByteBuffer()
    private var isInGap = false
    /// The shape of the value behind the last key.
    private var slot = ReplyShape.envelope
    private var stringShape = ReplyShape.free
    private var captured: [UInt8] = []
    var form = FormJudge()
    /// The task that a call has become.
    var madeTask: TaskSeal.Task?
    /// Above this depth nothing is written, until the value that was skipped ends.
    private var mutedDepth: Int?

    init(_ expectation: ReplyExpectation, scrubber: any ValueScrubber, counts: @escaping (inout ByteBuffer) -> Void) {
        self.expectation = expectation
        self.scrubber = scrubber
        self.counts = counts
        followsPath = scrubber.followsPath
        envelope = ReplyEnvelope(expectation)
        levels.reserveCapacity(16)
        captured.reserveCapacity(64)
    }

    /// Starts the next message and keeps the memory of the last.
    mutating func begin(_ expectation: ReplyExpectation) {
        self.expectation = expectation
        envelope = ReplyEnvelope(expectation)
        failure = nil
        isEnded = false
        out.clear()
        out.shrink(keep: Limits.readChunkBytes)
        spare.clear()
        spare.shrink(keep: Limits.readChunkBytes)
        gap.clear()
        isHolding = false
        hasHeld = false
        mutesColon = false
        isInGap = false
        mutedDepth = nil
        madeTask = nil
        form.reset()
        levels.removeAll(keepingCapacity: true)
    }

    /// Runs `body` over what may go out.
    mutating func withOutput<R>(_ body: (inout ByteBuffer) -> R) -> R {
        isHolding ? body(&spare) : body(&out)
    }

    /// Refuses the message.
    mutating func fail(_ failure: ReplyFailure) throws(JSONFailure) -> Never {
        self.failure = failure
        throw JSONFailure(reason: .refused, offset: 0)
    }

    /// What must hold after every piece: bounds, and that the scrubber did not find what must not be seen.
    mutating func checkBounds() throws(ReplyFailure) {
        if scrubber.mustWithhold { throw ReplyFailure("reply_withheld", .withheld) }
        if isHolding, out.readableCount > Limits.heldMetaBytesMax { throw ReplyFailure("reply_meta_size") }
        if envelope.kind == .call, out.readableCount > Limits.heldReplyBytesMax { throw ReplyFailure("notification_size") }
    }

    private var valueShape: ReplyShape {
        guard let level = levels.last else { return .envelope }
        return level.isObject ? slot : level.shape
    }

    /// Takes note of a failure that the envelope found.
    private mutating func check(_ found: ReplyFailure?) throws(JSONFailure) {
        if let found { try fail(found) }
    }

    private mutating func endValue() {
        if isHolding, levels.count == heldDepth {
            swap(&out, &spare)
            isHolding = false
            hasHeld = true
        }
    }

    private mutating func endMuted() {
        if levels.count == mutedDepth { mutedDepth = nil }
    }
}

extension ReplySink: JSONSink {
    mutating func open(_ isObject: Bool) throws(JSONFailure) {
        if mutedDepth != nil {
            levels.append(Level(shape: .skipped, isObject: isObject))
            return
        }
        var shape = valueShape
        switch shape {
        case .envelope, .result, .error, .params, .meta, .paramsMeta:
            if !isObject { try fail(ReplyFailure("reply_shape")) }
        case .opaque, .blob, .link: shape = .free
        case .protocolField where isObject: shape = .free
        case .errorCode: try fail(ReplyFailure("reply_shape"))
        default:
            if shape.isCaptured { try fail(ReplyFailure("reply_shape")) }
        }
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        if shape == .free { scrubber.open(isObject) } else if followsPath { scrubber.enter(isObject) }
        if shape == .form, isObject { form.open() }
        levels.append(Level(shape: shape, isObject: isObject))
        if shape.isMemberwise { setWroteMember(false) }
    }

    mutating func close(_ isObject: Bool) throws(JSONFailure) {
        guard let level = levels.popLast() else { return }
        if mutedDepth != nil {
            endMuted()
            return
        }
        switch level.shape {
        case .free: scrubber.close(isObject)
        case .form where isObject: form.close()
        case .params, .interaction: try endQuestion()
        case .result:
            try check(envelope.endResult())
            appendRequestState()
            appendMeta()
        case .error: try check(envelope.endError())
        case .envelope:
            try check(envelope.end())
            appendMissingID()
        default: break
        }
        if followsPath, level.shape != .free { scrubber.leave(isObject) }
        out.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        if isHolding, out.readableCount > Limits.heldMetaBytesMax { try fail(ReplyFailure("reply_meta_size")) }
        endValue()
    }

    mutating func comma() {
        if mutedDepth != nil { return }
        if let level = levels.last, level.shape.isMemberwise {
            isInGap = true
        } else {
            out.append(UInt8(ascii: ","))
        }
    }

    mutating func colon() {
        if mutedDepth != nil { return }
        if mutesColon {
            mutesColon = false
        } else {
            out.append(UInt8(ascii: ":"))
        }
    }

    mutating func whitespace(_ bytes: Span<UInt8>) {
        if mutedDepth != nil { return }
        if isInGap {
            let room = Limits.replyGapBytesMax - gap.readableCount
            gap.append(bytes.extracting(0..<min(room, bytes.count)))
        } else {
            out.append(bytes)
        }
    }

    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) throws(JSONFailure) {
        if mutedDepth != nil { return }
        guard let level = levels.last else { return }
        isInGap = false
        if level.shape == .free {
            slot = .free
            writeKey(raw, decoded, .text)
            return
        }
        if followsPath { scrubber.name(decoded) }
        let method = level.shape == .params ? envelope.methodOfParams : expectation.method
        let member = known(ReplyGrammar.member(of: level.shape, decoded, method))
        slot = member.shape
        try check(envelope.note(member.shape))
        if level.shape == .error, ASCII.equals(decoded, "message") { envelope.hasErrorMessage = true }
        if level.shape == .form { form.key(decoded) }
        if level.shape == .formMap {
            form.name(decoded)
            try refuseSecretForm()
        }
        if member.shape == .skipped {
            gap.clear()
            mutedDepth = levels.count
            return
        }
        if member.shape == .meta {
            gap.clear()
            swap(&out, &spare)
            out.clear()
            isHolding = true
            heldDepth = levels.count
            mutesColon = true
            return
        }
        if level.shape.isMemberwise { separate() }
        writeKey(raw, decoded, member.keyRole)
    }

    mutating func beginString() {
        if mutedDepth != nil { return }
        stringShape = valueShape
        if stringShape.isCaptured {
            captured.removeAll(keepingCapacity: true)
            return
        }
        out.append(UInt8(ascii: "\""))
        if stringShape.isOfForm { form.beginText() }
        if stringShape != .opaque { scrubber.beginString(role: stringShape.role) }
    }

    mutating func string(raw: Span<UInt8>) {
        if mutedDepth != nil { return }
        if stringShape.isCaptured {
            capture(raw)
        } else if stringShape == .opaque {
            out.append(raw)
        } else {
            if stringShape.isOfForm { form.addText(raw: raw) }
            scrubber.string(raw: raw, into: &out)
        }
    }

    mutating func endString() throws(JSONFailure) {
        if mutedDepth != nil {
            endMuted()
            return
        }
        if stringShape.isCaptured {
            try endCaptured()
        } else {
            if !stringShape.takesScalar { try fail(ReplyFailure("reply_shape")) }
            if stringShape.isOfForm {
                form.endText(ofQuestion: levels.last?.shape != .form)
                try refuseSecretForm()
            }
            if stringShape != .opaque { scrubber.endString(into: &out) }
            out.append(UInt8(ascii: "\""))
        }
        endValue()
    }

    mutating func number(_ text: Span<UInt8>) throws(JSONFailure) {
        if mutedDepth != nil {
            endMuted()
            return
        }
        let shape = valueShape
        switch shape {
        case .id:
            if let own = expectation.upstreamID, own.matches(number: text) {
                envelope.hasOwnID = true
            } else {
                envelope.noteForeignID(text)
            }
            try check(envelope.checkID())
            writeClientID()
        case .progressToken: takeProgressToken(expectation.upstreamID?.matches(number: text) ?? false)
        case .ownID: takeOwnID(expectation.upstreamID?.matches(number: text) ?? false)
        case .errorCode:
            try check(envelope.noteErrorCode(text))
            out.append(text)
        default:
            if shape.isCaptured || !shape.takesScalar { try fail(ReplyFailure("reply_shape")) }
            if shape.role == .text { scrubber.number(text, into: &out) } else { out.append(text) }
        }
        endValue()
    }

    mutating func literal(_ text: Span<UInt8>) throws(JSONFailure) {
        if mutedDepth != nil {
            endMuted()
            return
        }
        let shape = valueShape
        switch shape {
        case .id:
            envelope.noteForeignID(text)
            try check(envelope.checkID())
            writeClientID()
        case .progressToken, .ownID: envelope.dropReason = "foreign_token"
        // What a serializer writes for nothing at all.
        case .requestState where text[0] == UInt8(ascii: "n"): writeRequestState([])
        case .meta, .paramsMeta:
            // What a serializer writes for nothing at all; any other literal is no `_meta`.
            if text[0] != UInt8(ascii: "n") { try fail(ReplyFailure("reply_shape")) }
            out.append(text)
        default:
            if shape.isCaptured || !shape.takesScalar || shape == .errorCode { try fail(ReplyFailure("reply_shape")) }
            if shape.role == .text { scrubber.literal(text, into: &out) } else { out.append(text) }
        }
        endValue()
        if shape == .meta { hasHeld = false }
    }

    mutating func end() { isEnded = true }
}

extension ReplySink {
    /// Writes a key as the role of its place asks; names of the protocol as they came.
    private mutating func writeKey(_ raw: Span<UInt8>, _ decoded: Span<UInt8>, _ role: FieldRole?) {
        out.append(UInt8(ascii: "\""))
        if let role { scrubber.key(raw: raw, decoded: decoded, role: role, into: &out) } else { out.append(raw) }
        out.append(UInt8(ascii: "\""))
    }

    /// Writes the comma in front of a member, if one was written before it, and the white space that followed it.
    private mutating func separate() {
        let hadMember =
            switch levels.count {
            case 1: wroteMember.0
            case 2: wroteMember.1
            default: wroteMember.2
            }
        if hadMember { out.append(UInt8(ascii: ",")) }
        gap.withReadable { out.append($0) }
        gap.clear()
        setWroteMember(true)
    }

    private mutating func setWroteMember(_ value: Bool) {
        switch levels.count {
        case 1: wroteMember.0 = value
        case 2: wroteMember.1 = value
        default: wroteMember.2 = value
        }
    }

    /// Keeps a short string for comparison; one byte more than anything it is compared with makes it differ.
    private mutating func capture(_ raw: Span<UInt8>) {
        let most = stringShape == .requestState ? Limits.requestStateBytesMax : Limits.requestIDBytesMax
        let room = most + 1 - captured.count
        raw.withUnsafeBufferPointer { captured.append(contentsOf: $0.prefix(room)) }
    }

    /// The string that was kept. Some servers escape the slash, which changes nothing but the bytes.
    private func capturedText() -> [UInt8] {
        guard stringShape != .id, captured.contains(UInt8(ascii: "\\")) else { return captured }
        return captured.indices.filter { at in
            captured[at] != UInt8(ascii: "\\") || at + 1 == captured.count || captured[at + 1] != UInt8(ascii: "/")
        }.map { captured[$0] }
    }

    private mutating func endCaptured() throws(JSONFailure) {
        if stringShape == .requestState {
            if captured.count > Limits.requestStateBytesMax { try fail(ReplyFailure("request_state_size")) }
            return writeRequestState(captured)
        }
        let text = capturedText()
        switch stringShape {
        case .version: try check(envelope.noteVersion(text.span))
        case .id:
            if expectation.upstreamID?.matches(text.span) ?? false {
                envelope.hasOwnID = true
            } else {
                envelope.noteForeignID(([UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]).span)
            }
            try check(envelope.checkID())
            writeClientID()
            return
        case .method: envelope.noteMethod(text.span)
        case .resultType: try check(envelope.noteResultType(text.span))
        case .cacheScope:
            out.append("\"private\"")
            return
        case .progressToken:
            takeProgressToken(expectation.upstreamID?.matches(text.span) ?? false)
            return
        case .ownID:
            takeOwnID(expectation.upstreamID?.matches(text.span) ?? false)
            return
        case .inputMethod: try check(envelope.noteInputMethod(text.span))
        case .taskID:
            guard let id = clientID(ofTask: text) else { try fail(ReplyFailure("task_id")) }
            out.append(UInt8(ascii: "\""))
            out.append(id)
            out.append(UInt8(ascii: "\""))
            return
        default: break
        }
        out.append(UInt8(ascii: "\""))
        out.append(text)
        out.append(UInt8(ascii: "\""))
    }

    /// Restores the client's progress token in a notification of the request's own; any other is dropped.
    private mutating func takeProgressToken(_ isOwn: Bool) {
        guard isOwn, let token = expectation.progressToken else {
            envelope.dropReason = "progress_token"
            out.append("null")
            return
        }
        envelope.hasProgressToken = true
        token.write(into: &out)
    }

    /// Restores the client's id where a message names the subscription it belongs to; any other is dropped.
    private mutating func takeOwnID(_ isOwn: Bool) {
        if isOwn { envelope.hasSubscription = true } else { envelope.dropReason = "subscription_id" }
        if let id = expectation.clientID { id.write(into: &out) } else { out.append("null") }
    }

    private mutating func writeClientID() {
        // What is neither the awaited answer nor an error that the transport ties to it may be a question of the server.
        if let seal = expectation.questions, let foreign = envelope.foreignID, let id = seal.seal(foreign) {
            envelope.hasSealedID = true
            out.append(id)
            return
        }
        if let id = expectation.clientID { id.write(into: &out) } else { out.append("null") }
    }

    /// An error that a transport ties to the request may come without any id; the client's must still be on it.
    private mutating func appendMissingID() {
        guard envelope.kind == .error, !envelope.hasID else { return }
        out.append(",\"id\":")
        writeClientID()
    }

    /// Writes the held `_meta` and Louver's counts as the last member of the result, or nothing when there is neither.
    private mutating func appendMeta() {
        gap.clear()
        counts(&gap)
        defer {
            gap.clear()
            spare.clear()
        }
        guard hasHeld || !gap.isEmpty else { return }
        out.append(wroteMember.1 ? ",\"_meta\":" : "\"_meta\":")
        guard !gap.isEmpty else {
            spare.withReadable { out.append($0) }
            return
        }
        if hasHeld {
            spare.withReadable { out.append(UnsafeRawBufferPointer(rebasing: $0.dropLast())) }
            if wroteMember.2 { out.append(UInt8(ascii: ",")) }
        } else {
            out.append(UInt8(ascii: "{"))
        }
        gap.withReadable { out.append($0) }
        out.append(UInt8(ascii: "}"))
    }
}
