import Core
import JSON

/// What the envelope of an upstream's message has shown, in whatever order its members came, and what is wrong with it. JSON-RPC 2.0
/// sections 4 and 5, and MCP's own rules for result types and questions to the client.
struct ReplyEnvelope {
    private let expectation: ReplyExpectation
    private(set) var kind = ReplyKind.undecided
    private(set) var method: Method?
    /// Why nothing of the message may reach the client although it is well-formed.
    var dropReason: StaticString?
    var hasOwnID = false
    var hasProgressToken = false
    var hasSubscription = false
    var hasErrorMessage = false
    /// Whether a foreign id was written as one that the client may answer.
    var hasSealedID = false
    private var hasErrorCode = false
    private var hasVersion = false
    private var hasMethod = false
    private var hasForeignID = false
    /// Whether a state was written that a retry brings back.
    var hasRequestState = false
    private var asksForInput = false
    private(set) var isInputRequired = false
    /// The id of a server's request.
    private(set) var foreignID: RequestID?

    init(_ expectation: ReplyExpectation) { self.expectation = expectation }

    /// By whose grammar `params` are read. A question that will not reach the client is only text that is thrown away.
    var methodOfParams: Method {
        guard let method else { return .response }
        guard let feature = ClientFeatures(asking: method) else { return method }
        return expectation.questions != nil && expectation.features.contains(feature) ? method : .response
    }

    /// Whether an id was seen at all.
    var hasID: Bool { hasOwnID || hasForeignID }

    /// Whether version, kind and id are known to be those of the awaited answer.
    var isVerified: Bool { hasVersion && (kind == .result || kind == .error) && (hasOwnID || toleratesID && hasForeignID) }

    private var toleratesID: Bool { kind == .error && expectation.toleratesForeignErrorID }

    /// Takes note of a member by the shape of its value.
    mutating func note(_ shape: ReplyShape) -> ReplyFailure? {
        switch shape {
        case .result, .error:
            guard kind == .undecided else { return ReplyFailure("reply_ambiguous") }
            kind = shape == .result ? .result : .error
            return checkID()
        case .method:
            guard kind == .undecided else { return ReplyFailure("reply_ambiguous") }
            kind = .call
        case .params:
            // How to read them depends on the method; every serializer in use writes it first.
            guard kind == .call, hasMethod else { return ReplyFailure("params_before_method") }
        case .errorCode: hasErrorCode = true
        case .inputRequests:
            guard !expectation.features.isEmpty else { return ReplyFailure("interaction_refused", .withheld) }
            asksForInput = true
        default: break
        }
        return nil
    }

    mutating func noteVersion(_ text: Span<UInt8>) -> ReplyFailure? {
        guard ASCII.equals(text, "2.0") else { return ReplyFailure("reply_version") }
        hasVersion = true
        return nil
    }

    mutating func noteMethod(_ text: Span<UInt8>) {
        hasMethod = true
        method = Method(text)
    }

    /// Takes note of an id that is not the awaited one, as JSON text.
    mutating func noteForeignID(_ text: Span<UInt8>) {
        hasForeignID = true
        foreignID = RequestID(raw: text)
    }

    /// Whether what is known of kind and id fits together: an answer must be the awaited one.
    func checkID() -> ReplyFailure? {
        guard kind == .result || kind == .error else { return nil }
        if expectation.upstreamID == nil { return ReplyFailure("reply_unexpected") }
        return hasForeignID && !toleratesID ? ReplyFailure("reply_id") : nil
    }

    mutating func noteResultType(_ text: Span<UInt8>) -> ReplyFailure? {
        if ASCII.equals(text, "complete") { return nil }
        guard ASCII.equals(text, "input_required"), expectation.era == .modern, expectation.method.mayRequireInput else {
            return ReplyFailure("result_type")
        }
        guard !expectation.features.isEmpty, expectation.input != nil else { return ReplyFailure("interaction_refused", .withheld) }
        isInputRequired = true
        return nil
    }

    func noteInputMethod(_ text: Span<UInt8>) -> ReplyFailure? {
        guard let needed = Method(text).flatMap(ClientFeatures.init(asking:)) else { return ReplyFailure("interaction_refused", .withheld) }
        return expectation.features.contains(needed) ? nil : ReplyFailure("interaction_refused", .withheld)
    }

    func noteErrorCode(_ text: Span<UInt8>) -> ReplyFailure? {
        for at in 0..<text.count where !ASCII.isDigit(text[at]) && !(at == 0 && text[0] == UInt8(ascii: "-")) {
            return ReplyFailure("reply_shape")
        }
        // URL elicitation in the clothes of an error.
        if ASCII.equals(text, "-32042"), !expectation.features.contains(.elicitation) {
            return ReplyFailure("interaction_refused", .withheld)
        }
        return nil
    }

    func endResult() -> ReplyFailure? { asksForInput && !isInputRequired ? ReplyFailure("result_type") : nil }

    func endError() -> ReplyFailure? { hasErrorCode && hasErrorMessage ? nil : ReplyFailure("reply_shape") }

    /// What must hold when the message is complete.
    func end() -> ReplyFailure? {
        guard hasVersion else { return ReplyFailure("reply_version") }
        switch kind {
        case .undecided: return ReplyFailure("reply_shape")
        case .result, .error: return hasOwnID || toleratesID ? nil : ReplyFailure("reply_id")
        case .call: return hasMethod ? nil : ReplyFailure("reply_shape")
        }
    }

    /// What to do with the complete message.
    func verdict() -> ReplyVerdict {
        guard kind == .call else { return .response(isError: kind == .error) }
        if hasOwnID || hasForeignID {
            guard let foreignID else { return .dropped(reason: "server_request_id") }
            guard expectation.era == .legacy else { return .dropped(reason: "server_request_modern") }
            let answer = ServerRequest.answer(method, id: foreignID)
            if hasSealedID, let method, let feature = ClientFeatures(asking: method), expectation.features.contains(feature) {
                return .question(method, refusal: answer)
            }
            return .serverRequest(method, answer: answer)
        }
        guard let method else { return .dropped(reason: "unknown_notification") }
        guard expectation.allows(method) else { return .dropped(reason: "unwanted_notification") }
        if let dropReason { return .dropped(reason: dropReason.description) }
        if method == .progress, !hasProgressToken { return .dropped(reason: "progress_token") }
        if expectation.requiresSubscription, method != .cancelled, !hasSubscription { return .dropped(reason: "subscription_id") }
        return .notification(method)
    }
}
