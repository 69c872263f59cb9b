import Core
import Crypto
import JSON

/// What a token endpoint gave (RFC 6749 section 5.1; Airflow's `POST /auth/token`).
struct FetchedCredential: Sendable {
    let credential: UpstreamCredential
    /// A digest over issuer, client and subject of the token, if it is a JWT: live sessions upstream hang on these three.
    let identity: Digest256?

    /// How long a token is taken to live that says nothing about it.
    private static let lifetimeAssumed: Duration = .seconds(300)

    /// Reads the body of a good answer.
    init(_ body: [UInt8], requiresActor: Bool, now: WallTime) throws(IssueFailure) {
        guard let root = try? JSONDocument.parse(body, dialect: .request).root, let token = root["access_token"]?.string else {
            throw .replyUnusable
        }
        let value = [UInt8]("Bearer ".utf8) + token
        guard case .bearer = BearerToken.parse(value.span) else { throw .replyUnusable }
        // A token that is bound to a key of Louver's could not be sent as a Bearer token.
        if let type = root["token_type"] {
            guard type.withString({ ASCII.equalsIgnoringCase($0, "bearer") }) ?? false else { throw .replyUnusable }
        }
        // Not verified: it came from the endpoint itself, and the upstream will.
        let claims = (try? CompactToken(token.span))?.claims.root
        if requiresActor, claims?["act"]?.kind != .object { throw .actorMissing }
        var end = now.moved(by: Self.lifetimeAssumed)
        let stated = root["expires_in"]?.int64.map { now.moved(by: .seconds(min(max($0, 0), Self.secondsMax))) }
        let written = claims?["exp"].flatMap { NumericDate.read($0, .down) }
        if let first = [stated, written].compactMap(\.self).min() { end = first }
        guard end > now.moved(by: UpstreamCredential.spare) else { throw .replyUnusable }
        credential = UpstreamCredential(bearer: token, issued: now, expires: min(end, now.moved(by: .seconds(Self.secondsMax))))
        identity = claims.map(Self.identity)
    }

    /// A day: whoever says more is asked again then.
    private static let secondsMax: Int64 = 86_400

    private static func identity(_ claims: JSONNode) -> Digest256 {
        var text: [UInt8] = []
        for node in [claims["iss"], claims["client_id"] ?? claims["azp"], claims["sub"]] {
            text.append(contentsOf: node?.string ?? [])
            text.append(0)
        }
        return Digest.sha256Value(text.span)
    }
}
