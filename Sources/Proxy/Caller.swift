import Audit
import Core
import Glibc
import Identity
import Policy
import Redaction

/// A verified principal as one connection remembers it, with what the policies make of it.
final class Caller {
    let principal: Principal
    /// What replies to this principal taught; nil where nothing is learned.
    let learned: LearnedSecrets?
    /// The value of the Authorization field.
    let authorization: [UInt8]
    private let validUntil: WallTime
    /// The keys it was verified under. Held, so that after a reload no other object can be taken for them.
    private let verifier: TokenVerifier
    private var told: (text: [UInt8], isPseudonym: Bool)?
    private var known: [(policy: PolicySet, subject: PolicySubject)] = []

    private let certificate: [UInt8]?
    /// From when on the caller is handed another token; nil for one who gets none.
    private let renewal: WallTime?
    private var next: [UInt8]?

    /// - Parameters:
    ///   - certificate: the SHA-256 of the client certificate of the connection.
    ///   - until: when the principal is no longer relied on, where that is before the token's end.
    init(
        authorization: [UInt8], principal: Principal, certificate: [UInt8]?, verifier: TokenVerifier, learned: LearnedSecrets?,
        until: WallTime? = nil, tokens: ClientTokens? = nil
    ) {
        self.authorization = authorization
        self.principal = principal
        self.certificate = certificate
        self.verifier = verifier
        self.learned = learned
        validUntil = until ?? principal.expires
        renewal = tokens?.renewal(of: principal)
    }

    /// The token that the caller is handed with an answer now; made once.
    func nextToken(_ tokens: ClientTokens?, now: WallTime) -> [UInt8]? {
        guard let renewal, now >= renewal else { return nil }
        if next == nil { next = tokens?.successor(of: principal, now: now) }
        return next
    }

    /// Whether a request with this Authorization value comes from the same caller: the very same bytes, verified under the same keys and
    /// not expired since.
    func isSame(_ value: Span<UInt8>, verifier: TokenVerifier, now: WallTime) -> Bool {
        guard verifier === self.verifier, now < validUntil, value.count == authorization.count else { return false }
        return value.withUnsafeBytes { a in
            authorization.withUnsafeBytes { b in
                guard let left = a.baseAddress, let right = b.baseAddress else { return a.count == b.count }
                return memcmp(left, right, a.count) == 0
            }
        }
    }

    /// The members that name it in audit lines; put together once.
    func auditName(_ names: AuditNames, isPseudonym: Bool) -> [UInt8] {
        if let told, told.isPseudonym == isPseudonym { return told.text }
        let text = names.principal(
            issuer: principal.issuer, subject: principal.subject, client: principal.client ?? [], groups: principal.groups,
            scopes: principal.scopes, isPseudonym: isPseudonym)
        told = (text, isPseudonym)
        return text
    }

    /// What stands for the Authorization field of a caller who came without: no header can hold it.
    static let noToken: [UInt8] = [0]

    /// The token itself.
    var token: [UInt8] {
        let value = authorization
        guard case .bearer(let range) = BearerToken.parse(value.span) else { return [] }
        return [UInt8](value[range])
    }

    /// Which of a policy's principals the caller is.
    func subject(of policy: PolicySet) -> PolicySubject {
        for entry in known where entry.policy === policy { return entry.subject }
        let subject = policy.subject(of: principal, certificate: certificate)
        known.append((policy, subject))
        return subject
    }
}
