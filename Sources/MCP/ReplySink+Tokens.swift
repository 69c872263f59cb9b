import Core
import JSON

/// The tokens of a message as they come: what its shape asks of each, and what is written of it.
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
    private var valueShape: ReplyShape {
        guard let level = levels.last else { return .envelope }
        return level.isObject ? slot : level.shape
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
