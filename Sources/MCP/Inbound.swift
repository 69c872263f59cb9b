import JSON

/// One message of a client that passed every rule of the wire: what the later phases decide on and what the upstream request is built from.
///
/// A class, because it is handed from phase to phase and holds many references: a copy would count each of them.
public final class Inbound: Sendable {
    /// What the message is.
    public enum Kind: Sendable, Equatable {
        /// A request; the id goes back on its answer exactly.
        case request(RequestID)
        /// A notification: answered 202 without a body.
        case notification
        /// A client's answer to a server's request (legacy wire only), with the id the server chose.
        case response(RequestID)
    }

    /// The wire it came on.
    public let era: Era
    /// What it is.
    public let kind: Kind
    /// Its method; `response` when it is one.
    public let method: Method
    /// The version to go on with: the stated one, or what its absence means. For `initialize` the version to ask the upstream for. On a
    /// session the negotiated one counts: see `LegacySession.check`.
    public let version: ProtocolVersion
    /// The version its header states; nil where the header is absent (legacy wire only).
    public let statedVersion: ProtocolVersion?
    /// The parsed body.
    public let document: JSONDocument
    /// `params`, an object; nil when absent.
    public let params: JSONNode?
    /// `params._meta`, an object; nil when absent.
    public let meta: JSONNode?
    /// The object the request names; nil where the method names none.
    public let target: CallTarget?
    /// `params.arguments` of a tool call or prompt, an object; nil when absent.
    public let arguments: JSONNode?
    /// The client's progress token; nil when it wants no progress.
    public let progressToken: RequestID?
    /// Whether it carries answers to an earlier `input_required` (`inputResponses` or `requestState`).
    public let carriesInput: Bool

    init(
        era: Era, kind: Kind, method: Method, version: ProtocolVersion, statedVersion: ProtocolVersion?, document: JSONDocument,
        params: JSONNode?, meta: JSONNode?, target: CallTarget?, arguments: JSONNode?, progressToken: RequestID?, carriesInput: Bool
    ) {
        self.era = era
        self.kind = kind
        self.method = method
        self.version = version
        self.statedVersion = statedVersion
        self.document = document
        self.params = params
        self.meta = meta
        self.target = target
        self.arguments = arguments
        self.progressToken = progressToken
        self.carriesInput = carriesInput
    }

    /// Whether it is a request, which has an id and is answered.
    public var isRequest: Bool {
        if case .request = kind { true } else { false }
    }

    /// The request's id, nil for a notification or a response.
    public var requestID: RequestID? {
        if case .request(let id) = kind { id } else { nil }
    }

    /// The client's id of the request that a `notifications/cancelled` ends; nil for every other message.
    public var cancelledID: RequestID? {
        method == .cancelled ? params?["requestId"].flatMap { RequestID($0) } : nil
    }

    /// Tells every resource URI that a `subscriptions/listen` names, so that each can be decided on.
    public func forEachListenedResource(_ body: (CallTarget) throws -> Void) rethrows {
        guard method == .listen else { return }
        try params?["notifications"]?["resourceSubscriptions"]?.forEachElement { try body(CallTarget(.resource, $0)) }
    }
}
