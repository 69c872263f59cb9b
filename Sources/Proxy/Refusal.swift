import Core
import HTTP
import Identity
import MCP
import Policy
import RateLimit

/// Why an exchange ends without the upstream's answer: the one vocabulary that phases throw in.
enum Refusal: Error {
    /// The HTTP message itself is at fault.
    case http(HTTPFailure)
    /// The MCP message is at fault.
    case malformed(ProtocolFailure)
    /// Nobody, or nobody we know.
    case unauthenticated(reason: StaticString, presented: Bool, isBasic: Bool)
    /// The keys of the token's issuer could not be fetched yet: it says nothing about the token.
    case keysUnavailable
    /// The caller is known, and these scopes together would be needed.
    case scopesMissing([[UInt8]], Inbound?)
    /// The caller has no name or role upstream.
    case unmapped(IssueFailure, Inbound?)
    /// The policy says no.
    case denied(PolicyDenial, Inbound?)
    /// A bucket is empty.
    case limited(LimitStanding, BucketRule, Inbound?)
    /// The same call again.
    case repeated(RepeatGuard.Finding, RepeatRule, Inbound)
    /// The upstream has as many calls as it can take, and this one found no place in time.
    case crowded([UInt8], Duration, Inbound?)
    /// Too many requests before any bucket was asked, or too many failed authentications from one address.
    case shed(retryAfter: Duration, Inbound?)
    /// Louver cannot take the request now: too much is on its way, or its audit line would find no room.
    case busy(StaticString)
    /// The store is lost and the bucket's rule says deny.
    case storeLost(Inbound?)
    /// Something failed: the upstream, or Louver.
    case failed(Failure, Inbound?)
}
