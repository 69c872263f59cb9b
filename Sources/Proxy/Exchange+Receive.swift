import Core
import HTTP
import Identity
import MCP
import Telemetry

/// What a request head is for.
enum Received {
    /// An MCP endpoint, and what is wanted of it.
    case endpoint(Route, EndpointVerb)
    /// A well-known document, open to everybody.
    case document([UInt8])
    /// The endpoint at which machines get tokens.
    case tokens(ClientGrants)
}

extension Exchange {
    /// Finds what the head is for, and refuses a wrong Host or Origin, a repeated routing header, a wrong method and an unknown path.
    ///
    /// No body byte has been read here, and nothing depends on who calls.
    func receive() throws -> Received {
        // Once: the exchange's own copy may change, so each phase that read it would count every reference in it.
        let head = head
        try site.checkHost(head.fields)
        try RoutingFields.refuseDuplicates(head.fields)
        // Whoever comes next on this connection must be found where both sides think it is.
        _ = try framing.get()
        if let document = site.document(head.target.path) {
            guard head.method == .get || head.method == .head else {
                throw Refusal.http(HTTPFailure(status: 405, reason: "document_method"))
            }
            return .document(document)
        }
        guard let route = site.route(head.target.path) else { return .tokens(try grants()) }
        record.route = route.name
        counters = route.counters
        endpoint = route
        beginTrace()
        try requireMemory()
        return .endpoint(route, try EndpointVerb.decide(head, supported: route.facts.versions ?? .all))
    }

    /// What gives tokens at the path of the head, which is no route's.
    private func grants() throws -> ClientGrants {
        guard let grants = site.grants, grants.path == head.target.path else {
            throw Refusal.http(HTTPFailure(status: 404, reason: "unknown_path"))
        }
        guard head.method == .post else { throw Refusal.http(HTTPFailure(status: 405, reason: "token_method")) }
        return grants
    }

    /// Answers what is no call.
    func answerAside(_ received: Received) async throws {
        switch received {
        case .endpoint: return
        case .document(let body): try await answer(document: body)
        case .tokens(let grants): try await giveToken(grants)
        }
    }

    private func answer(document body: [UInt8]) async throws {
        record.method = "document"
        record.methodClass = .metadata
        record.outcome = .local
        record.status = 200
        connection.draft.append(body)
        try await connection.send(200, "application/json", keepsAlive: keepsAlive) {
            $0.append("Cache-Control: max-age=300\r\nAccess-Control-Allow-Origin: *\r\n")
        }
    }
}
