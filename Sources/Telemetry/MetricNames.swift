/// The one table of metric families: what each is called, what it means and where its numbers come from.
enum MetricNames {
    /// Samples of a family.
    enum Source: Sendable {
        /// Counters with the labels they carry, written out; empty for none.
        case counters([(counter: Counter, labels: StaticString)])
        /// A counter of nanoseconds, told in seconds for each loop.
        case loopSeconds(Counter)
        /// An open family.
        case open(OpenFamily)
        /// Gauges with the labels they carry.
        case gauges([(gauge: Gauge, labels: StaticString)])
        /// Gauges of the whole process with labels from files.
        case levels(LevelFamily)
        /// Histograms of seconds with the labels they carry.
        case histograms([(histogram: HistogramID, labels: StaticString)])
        /// Facts.
        case facts(InfoFamily)
        /// A number read from the system at each scrape.
        case process(ProcessReading.Item)
    }

    /// One family.
    struct Family: Sendable {
        /// The name without the suffixes that a kind adds (`_total`, `_info`, `_bucket`).
        let name: StaticString
        /// The unit the name ends in, or empty.
        let unit: StaticString
        let help: StaticString
        let source: Source

        init(_ name: StaticString, unit: StaticString = "", _ help: StaticString, _ source: Source) {
            self.name = name
            self.unit = unit
            self.help = help
            self.source = source
        }
    }

    static let families: [Family] = exchangeFamilies + connectionFamilies + protectionFamilies + processFamilies

    private static let exchangeFamilies: [Family] = [
        Family(
            "louver_exchanges",
            "Exchanges by route, by what they were about and by how they ended; route `none` where no endpoint was meant.",
            .open(.exchanges)),
        Family(
            "louver_tool_calls", "Tool calls by route, tool and outcome; tools that no list of the upstream has named are told as `other`.",
            .open(.toolCalls)),
        Family("louver_refusals", "Exchanges refused before they were forwarded, by reason.", .open(.refusals)),
        Family("louver_policy_denials", "Exchanges denied by policy, by rule.", .open(.denials)),
        Family("louver_policy_permits", "Exchanges allowed by policy, by rule.", .open(.permits)),
        Family(
            "louver_policy_shadow_matches", "Exchanges that a policy rule with `shadow: true` matched, by rule.", .open(.shadowMatches)),
        Family(
            "louver_limit_denials",
            "Exchanges over a limit, by bucket and by where it was kept: `memory`, `store` (Redis), or `local` while that is lost.",
            .open(.limitDenials)),
        Family(
            "louver_limit_shadow_denials", "Exchanges that a limit in shadow mode would have refused, by bucket.",
            .open(.limitShadows)),
        Family("louver_upstream_failures", "Upstream failures by reason.", .open(.upstreamFailures)),
        Family("louver_failures", "Exchanges that Louver itself failed, by reason.", .open(.failures)),
        Family(
            "louver_exchange_duration_seconds", unit: "seconds", "From the first byte of a request to the last byte of its reply.",
            .histograms([(.exchange, "")])),
        Family(
            "louver_upstream_duration_seconds", unit: "seconds", "From the first byte sent upstream to the last byte of its reply.",
            .histograms([(.upstream, "")])),
        Family(
            "louver_phase_duration_seconds", unit: "seconds", "Time spent in each phase, of one exchange in sixteen.",
            .histograms([
                (.phase(.receive), "phase=\"receive\""), (.phase(.authenticate), "phase=\"authenticate\""),
                (.phase(.classify), "phase=\"classify\""), (.phase(.authorize), "phase=\"authorize\""),
                (.phase(.throttle), "phase=\"throttle\""), (.phase(.reissue), "phase=\"reissue\""), (.phase(.forward), "phase=\"forward\""),
                (.phase(.scrub), "phase=\"scrub\""), (.phase(.deliver), "phase=\"deliver\""),
            ])),
        Family("louver_active_exchanges", "Exchanges between receive and record.", .gauges([(.activeExchanges, "")])),
        Family("louver_client_disconnects", "Clients that went away before their reply.", .counters([(.clientDisconnects, "")])),
        Family("louver_orphans", "Upstream calls that run on without their client.", .gauges([(.orphans, "")])),
        Family("louver_orphans_discarded", "Replies that came after their client had gone.", .counters([(.orphansDiscarded, "")])),
        Family("louver_sessions_opened", "Sessions opened.", .counters([(.sessionsOpened, "")])),
        Family("louver_events_delivered", "Server-sent events delivered.", .counters([(.eventsDelivered, "")])),
        Family("louver_keep_alives_sent", "Keep-alive comments sent on event streams.", .counters([(.keepAlivesSent, "")])),
    ]

    private static let connectionFamilies: [Family] = [
        Family("louver_client_connections", "Open client connections.", .gauges([(.clientConnections, "")])),
        Family("louver_open_streams", "Open event streams to clients.", .gauges([(.openStreams, "")])),
        Family(
            "louver_in_flight_bytes", unit: "bytes", "Bytes of requests and whole replies that are held.", .gauges([(.inFlightBytes, "")])),
        Family(
            "louver_connections", "Client connections served, and closed at once because a bound was reached.",
            .counters([(.connectionsAccepted, "outcome=\"served\""), (.connectionsShed, "outcome=\"shed\"")])),
        Family(
            "louver_connection_failures", "Client connections that ended before a request was understood, by reason.",
            .open(.connectionFailures)),
        Family(
            "louver_tls_handshakes", "TLS handshakes with clients.",
            .counters([(.tlsFull, "outcome=\"full\""), (.tlsResumed, "outcome=\"resumed\""), (.tlsFailed, "outcome=\"failed\"")])),
        Family(
            "louver_transferred_bytes", unit: "bytes", "Bytes read and written, by peer.",
            .counters([
                (.clientBytesIn, "peer=\"client\",direction=\"in\""), (.clientBytesOut, "peer=\"client\",direction=\"out\""),
                (.upstreamBytesIn, "peer=\"upstream\",direction=\"in\""), (.upstreamBytesOut, "peer=\"upstream\",direction=\"out\""),
            ])),
        Family(
            "louver_upstream_connections", "Open upstream connections.",
            .gauges([(.upstreamIdle, "state=\"idle\""), (.upstreamBusy, "state=\"busy\"")])),
        Family(
            "louver_upstream_up", "Whether the upstream could be reached when it was last tried: 1 or 0; 1 before the first time.",
            .levels(.upstreamUp)),
        Family("louver_upstream_waiting", "Exchanges that wait for an upstream connection.", .gauges([(.upstreamWaiting, "")])),
        Family(
            "louver_upstream_slowdowns", "Times an upstream said that it is throttled and its cap was lowered.",
            .counters([(.upstreamSlowdowns, "")])),
        Family(
            "louver_upstream_requests", "Requests sent upstream by the connection they went over.",
            .counters([
                (.upstreamConnectionsOpened, "connection=\"opened\""), (.upstreamConnectionsReused, "connection=\"reused\""),
                (.upstreamRetries, "connection=\"retried\""),
            ])),
    ]

    private static let protectionFamilies: [Family] = [
        Family(
            "louver_tokens", "Bearer tokens that held, by whether their signature had to be checked.",
            .counters([(.tokensVerified, "source=\"verified\""), (.tokensRemembered, "source=\"remembered\"")])),
        Family(
            "louver_credentials", "Upstream credentials by where they came from.",
            .counters([(.credentialsIssued, "source=\"issued\""), (.credentialsRemembered, "source=\"remembered\"")])),
        Family("louver_credentials_rejected", "Upstream credentials that the upstream refused.", .counters([(.credentialsRejected, "")])),
        Family("louver_redactions", "Values redacted, by kind.", .open(.redactions)),
        Family("louver_redactions_allowed", "Values that passed by an entry of `allow`, by detector.", .open(.allowances)),
        Family(
            "louver_key_fetches", "Key sets of issuers fetched by URL, by outcome.",
            .counters([(.keySetsFetched, "outcome=\"fetched\""), (.keySetsFailed, "outcome=\"failed\"")])),
        Family(
            "louver_tools_quarantined", "Tools left out of lists because their definition is not the one that was pinned.",
            .counters([(.toolsQuarantined, "")])),
        Family(
            "louver_list_entries_refused",
            "Entries left out of lists because they are malformed: without a name, or with arguments that no header can mirror.",
            .counters([(.entriesRefused, "")])),
        Family(
            "louver_replies", "Replies in which something was redacted, or that were withheld or cut off.",
            .counters([
                (.repliesRedacted, "outcome=\"redacted\""), (.repliesWithheld, "outcome=\"withheld\""),
                (.repliesAborted, "outcome=\"aborted\""),
            ])),
        Family("louver_reply_repairs", "Broken text in replies, replaced by U+FFFD.", .counters([(.replyRepairs, "")])),
        Family("louver_secrets_learned", "Values remembered for a caller's other replies.", .counters([(.secretsLearned, "")])),
        Family(
            "louver_secrets_unlocked", "Known and learned values in memory that the system would not keep out of swap.",
            .counters([(.secretsUnlocked, "")])),
        Family("louver_store_lost", "Exchanges decided without the rate-limit store.", .counters([(.storeLost, "")])),
        Family(
            "louver_limit_settlements_lost", "Bytes of replies and places under a cap that the rate-limit store was not told of.",
            .counters([(.settlementsLost, "")])),
        Family("louver_bound_hits", "Bounds that were hit, by name.", .open(.boundHits)),
    ]

    private static let processFamilies: [Family] = [
        Family("louver_build", "The program.", .facts(.build)),
        Family("louver_configuration", "The configuration in place.", .facts(.configuration)),
        Family("louver_policy", "The policies in place.", .facts(.policy)),
        Family("louver_detectors", "The detectors in place.", .facts(.detectors)),
        Family(
            "louver_reloads", "Configurations loaded while running.",
            .counters([(.reloadsApplied, "outcome=\"applied\""), (.reloadsRefused, "outcome=\"refused\"")])),
        Family("louver_handovers_failed", "Processes that were to take over and ended instead.", .counters([(.handoversFailed, "")])),
        Family(
            "louver_log_lines_dropped", "Lines dropped because their queue was full or their file could not be written.",
            .counters([
                (.logLinesDropped, "log=\"events\""), (.accessLinesDropped, "log=\"access\""), (.auditLinesDropped, "log=\"audit\""),
            ])),
        Family(
            "louver_trace_spans", "Spans by whether the collector took them.",
            .counters([(.spansExported, "outcome=\"exported\""), (.spansDropped, "outcome=\"dropped\"")])),
        Family("louver_loop_turns", "Turns of the event loops.", .counters([(.loopTurns, "")])),
        Family(
            "louver_loop_busy_seconds", unit: "seconds", "Time each event loop spent outside its wait.",
            .loopSeconds(.loopBusyNanoseconds)),
        Family(
            "louver_loop_lag_seconds", unit: "seconds", "Length of one turn of an event loop: what came meanwhile waited at most so long.",
            .histograms([(.loopLag, "")])),
        Family("process_resident_memory_bytes", unit: "bytes", "Resident memory.", .process(.residentBytes)),
        Family("process_open_fds", "Open file descriptors.", .process(.openDescriptors)),
        Family("process_max_fds", "The most file descriptors that may be open.", .process(.descriptorsMax)),
        Family("process_cpu_seconds", unit: "seconds", "CPU time used.", .process(.cpuSeconds)),
        Family("process_start_time_seconds", unit: "seconds", "When the process began, since 1970.", .process(.startSeconds)),
    ]
}
