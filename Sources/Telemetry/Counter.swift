/// The counters without labels of their own choosing. Their names and help texts stand in `MetricNames`.
public enum Counter: Int, CaseIterable, Sendable {
    /// Client connections taken.
    case connectionsAccepted
    /// Client connections closed at once because a bound was reached.
    case connectionsShed
    /// Bytes read from clients.
    case clientBytesIn
    /// Bytes written to clients.
    case clientBytesOut
    /// Bytes read from upstreams.
    case upstreamBytesIn
    /// Bytes written to upstreams.
    case upstreamBytesOut
    /// TLS handshakes with clients that began from nothing.
    case tlsFull
    /// TLS handshakes with clients that resumed a session.
    case tlsResumed
    /// TLS handshakes with clients that failed.
    case tlsFailed
    /// Bearer tokens whose signature was checked.
    case tokensVerified
    /// Bearer tokens known from an earlier request.
    case tokensRemembered
    /// Credentials made for an upstream.
    case credentialsIssued
    /// Credentials for an upstream taken from the cache.
    case credentialsRemembered
    /// Credentials that an upstream refused.
    case credentialsRejected
    /// Key sets fetched from issuers.
    case keySetsFetched
    /// Key sets that could not be fetched or used.
    case keySetsFailed
    /// Connections opened to upstreams.
    case upstreamConnectionsOpened
    /// Requests sent on an upstream connection that was already open.
    case upstreamConnectionsReused
    /// Requests sent a second time because a reused connection was reset before any reply byte.
    case upstreamRetries
    /// Times an upstream said that it is throttled and its cap was lowered.
    case upstreamSlowdowns
    /// Replies in which something was redacted.
    case repliesRedacted
    /// Replies withheld from the client.
    case repliesWithheld
    /// Tools left out of a list because their definition is not the accepted one.
    case toolsQuarantined
    /// Entries left out of a list because they are malformed.
    case entriesRefused
    /// Replies cut off after their head was sent.
    case repliesAborted
    /// Broken UTF-8 or lone surrogates in replies, replaced by U+FFFD.
    case replyRepairs
    /// Values that a reply showed under a key which names a secret, remembered for the caller's other replies.
    case secretsLearned
    /// Those of them in memory that the system would not keep out of swap.
    case secretsUnlocked
    /// Server-sent events delivered.
    case eventsDelivered
    /// Keep-alive comments sent on event streams.
    case keepAlivesSent
    /// Clients that went away before their reply.
    case clientDisconnects
    /// Replies that came after their client had gone and were discarded.
    case orphansDiscarded
    /// Sessions opened through Louver.
    case sessionsOpened
    /// Exchanges decided without the rate-limit store, as the rule says.
    case storeLost
    /// A settlement of a limit that the store did not take.
    case settlementsLost
    /// Configurations loaded and put in place.
    case reloadsApplied
    /// Configurations that were faulty and left the running one in place.
    case reloadsRefused
    /// Successors that ended instead of taking over.
    case handoversFailed
    /// Log lines dropped because their queue was full or their file could not be written.
    case logLinesDropped
    /// Access lines dropped because their queue was full or their file could not be written.
    case accessLinesDropped
    /// Audit lines dropped because their queue was full or their file could not be written.
    case auditLinesDropped
    /// Spans that the collector took.
    case spansExported
    /// Spans dropped because their queue was full or the collector did not take them.
    case spansDropped
    /// Turns of the event loops.
    case loopTurns
    /// Nanoseconds the event loops spent outside their wait.
    case loopBusyNanoseconds
}
