/// What may come back on one upstream stream: which answer, which notifications, and how ids map to the client's.
///
/// A class, because lane, rewriter and envelope each hold it: a copy would count its ids every time.
public final class ReplyExpectation: Sendable {
    /// Which stream messages are read from; it decides which notifications belong there.
    public enum Stream: Sendable, Equatable {
        /// The answer to one request.
        case response
        /// The answer to a `subscriptions/listen`.
        case listen
        /// A legacy session's own stream (GET): no answers at all.
        case session
    }

    /// The wire.
    public let era: Era
    /// The stream.
    public let stream: Stream
    /// The method that was asked; `response` on a session's stream.
    public let method: Method
    /// The id Louver sent; nil on a session's stream.
    public let upstreamID: UpstreamID?
    /// The id that goes back to the client.
    public let clientID: RequestID?
    /// The client's progress token; nil when it asked for no progress, which makes every progress notification unwanted.
    public let progressToken: RequestID?
    /// What the policy lets the server ask of the client.
    public let features: ClientFeatures
    /// Seals the ids of the server's questions that may pass; nil where none can be answered.
    public let questions: QuestionSeal?
    /// Seals what a retry of this request must bring back; nil where the server may ask nothing.
    public let input: InputSeal?
    /// What the reply may say of tasks; nil where no rule lets the caller have any.
    public let tasks: TaskTerms?
    /// Whether an *error* may carry another id: servers answer HTTP errors with `null` or `"server-error"`. Only for a reply that the
    /// transport itself ties to the request, a JSON body with an error status; never on a stream.
    public let toleratesForeignErrorID: Bool

    /// What answers a request that carried `id` upstream.
    public init(
        to inbound: Inbound, id: UpstreamID, features: ClientFeatures = [], questions: QuestionSeal? = nil, input: InputSeal? = nil,
        tasks: TaskTerms? = nil, toleratesForeignErrorID: Bool = false
    ) {
        era = inbound.era
        method = inbound.method
        stream = inbound.method == .listen ? .listen : .response
        upstreamID = id
        clientID = inbound.requestID
        progressToken = inbound.progressToken
        self.features = features
        self.questions = questions
        self.input = input
        self.tasks = tasks
        self.toleratesForeignErrorID = toleratesForeignErrorID
    }

    /// What comes on the stream of a legacy session.
    public init(sessionStream features: ClientFeatures, questions: QuestionSeal? = nil) {
        era = .legacy
        method = .response
        stream = .session
        upstreamID = nil
        clientID = nil
        progressToken = nil
        self.features = features
        self.questions = questions
        input = nil
        tasks = nil
        toleratesForeignErrorID = false
    }

    /// Whether a notification belongs on this stream (2026-07-28 basic/transports and basic/patterns/subscriptions; earlier revisions'
    /// transports). A cancellation of a listen is accepted: one page of the specification asks for it.
    func allows(_ method: Method) -> Bool {
        switch (era, stream) {
        case (.modern, .response): return method == .message || method == .progress
        case (.modern, _):
            switch method {
            case .acknowledged, .toolsListChanged, .promptsListChanged, .resourcesListChanged, .resourcesUpdated, .cancelled: return true
            default: return false
            }
        case (.legacy, _):
            switch method {
            case .message, .progress, .toolsListChanged, .promptsListChanged, .resourcesListChanged, .resourcesUpdated: return true
            case .elicitationComplete: return features.contains(.elicitation)
            default: return false
            }
        }
    }

    /// Whether a notification must name the subscription it belongs to.
    var requiresSubscription: Bool { stream == .listen }
}
