import Foundation
import Testing

/// Every bound of `Limits` that somebody outside can hit has a number that tells of it, and every name under `louver_bound_hits` has a row
/// for whoever sees it.
@Suite struct BoundsTests {
    /// A family of metrics and the value of its label, then the bounds that it tells of. Whoever adds a bound adds it here or below.
    private static let counted: [(family: String, value: String, bounds: [String])] = [
        ("louver_refusals", "head_too_large", ["headBytesMax"]),
        ("louver_refusals", "too_many_fields", ["headFieldsMax"]),
        ("louver_refusals", "field_name_too_long", ["fieldNameBytesMax"]),
        ("louver_refusals", "bad_host", ["hostBytesMax"]),
        ("louver_refusals", "target_too_long", ["targetBytesMax"]),
        ("louver_refusals", "body_too_large", ["requestBodyBytesMax", "tokenRequestBytesMax"]),
        ("louver_refusals", "chunk_extension_too_long", ["chunkLineBytesMax", "chunkExtensionBytesMax"]),
        ("louver_refusals", "trailer_too_large", ["trailerBytesMax"]),
        ("louver_refusals", "body_json", ["jsonDepthMax", "jsonObjectMembersMax", "jsonKeyBytesMax", "jsonNumberBytesMax"]),
        ("louver_refusals", "id_kind", ["requestIDBytesMax"]),
        ("louver_refusals", "session_not_found", ["sessionIDBytesMax"]),
        ("louver_refusals", "unknown_task", ["taskIDBytesMax"]),
        (
            "louver_refusals", "invalid_token",
            [
                "tokenBytesMax", "tokenHeaderBytesMax", "tokenKeyIDBytesMax", "tokenAudiencesMax", "tokenGroupsMax", "tokenScopesMax",
                "claimTextBytesMax", "certificateNamesMax",
            ]
        ),
        ("louver_refusals", "grant_invalid_request", ["formFieldsMax"]),
        ("louver_policy_denials", "rule", ["policyRegexTextBytesMax", "policyRegexStepsMax", "policyRegexTextsMax"]),
        ("louver_upstream_failures", "malformed_body", ["inflateRatioMax", "eventFieldBytesMax"]),
        ("louver_upstream_failures", "reply_json", ["jsonOpenMembersMax"]),
        ("louver_upstream_failures", "reply_too_large", ["wholeReplyBytesMax"]),
        ("louver_upstream_failures", "reply_size", ["heldReplyBytesMax"]),
        ("louver_upstream_failures", "reply_meta_size", ["heldMetaBytesMax"]),
        ("louver_upstream_failures", "reply_shape", ["replyGapBytesMax"]),
        ("louver_upstream_failures", "list_shape", ["listEntriesMax"]),
        ("louver_upstream_failures", "session_id", ["upstreamSessionBytesMax"]),
        ("louver_upstream_failures", "request_state_size", ["requestStateBytesMax"]),
        ("louver_upstream_failures", "elicits_secret", ["formTextBytesMax"]),
        ("louver_upstream_failures", "tools_unlisted", ["listPagesMax"]),
        ("louver_upstream_failures", "token_endpoint", ["tokenReplyBytesMax"]),
        ("louver_upstream_failures", "token_endpoint_down", ["tokenEndpointWaitMax", "webConnectionsMax"]),
        ("louver_failures", "credential_fetches", ["credentialFetchesMax"]),
        ("louver_key_fetches", "keySetsFailed", ["keySetBytesMax", "keySetKeysMax", "rsaModulusBitsMax", "rsaModulusBitsMin"]),
        ("louver_list_entries_refused", "entriesRefused", ["parameterHeadersMax", "parameterTokenBytesMax", "parameterPathBytesMax"]),
        ("louver_bound_hits", "verified_tokens", ["verifiedTokensMax", "verifiedTokensBytesMax"]),
        ("louver_bound_hits", "issued_credentials", ["issuedCredentialsMax"]),
        ("louver_bound_hits", "parameter_tools", ["parameterToolsMax"]),
        ("louver_bound_hits", "tool_names", ["toolNamesMax", "toolNameBytesMax"]),
        ("louver_bound_hits", "listed_tasks", ["listedTasksMax"]),
        ("louver_bound_hits", "limit_slots", ["limitSlotsMax"]),
        ("louver_bound_hits", "leases", ["leasedBucketsMax"]),
        ("louver_bound_hits", "repeat_principals", ["repeatPrincipalsMax"]),
        ("louver_bound_hits", "admission_slots", ["admissionSlotsMax"]),
        ("louver_bound_hits", "learned_principals", ["learnedPrincipalsMax"]),
        ("louver_bound_hits", "learned_values", ["learnedInReplyMax", "learnedSecretsMax"]),
        ("louver_bound_hits", "admin_connections", ["adminConnectionsMax"]),
        ("louver_bound_hits", "connections", ["shedConnectionsMax"]),
        ("louver_bound_hits", "key_waiters", ["keyWaitersMax", "keyWaitMax"]),
        ("louver_bound_hits", "redis_pipeline", ["redisPipelineMax"]),
        ("louver_bound_hits", "registered_calls", ["registeredCallsMax"]),
        ("louver_bound_hits", "upstream_waiters", ["upstreamWaitersMax"]),
        ("louver_bound_hits", "upstream_queue", ["upstreamWaitersOfOneMax"]),
        (
            "louver_store_lost", "storeLost",
            [
                "redisReplyBytesMax", "redisReplyElementsMax", "redisConnectTimeout", "redisHeartbeatWait", "redisLateMax",
                "redisRedirectsMax", "redisSentinelTimeout",
            ]
        ),
        (
            "louver_redactions", "withheld",
            [
                "patternStackBytesMax", "patternStepsMax", "redactionBlockBytesMax", "redactionDecodeDepthMax", "redactionEncodedBytesMax",
                "redactionInflatedBytesMax", "redactionInflationRatioMax",
            ]
        ),
        ("louver_replies", "repliesWithheld", ["redactionBlobBytesMax", "redactionDepthMax"]),
        ("louver_log_lines_dropped", "accessLinesDropped", ["lineQueueBytesMax"]),
        ("louver_trace_spans", "spansDropped", ["spanQueueBytesMax"]),
    ]

    /// Bounds that nobody outside can hit, by what they are instead.
    private static let others: [(what: String, bounds: [String])] = [
        (
            "a file over it is refused when it is read: a fault at start, `louver_reloads{outcome=\"refused\"}` later",
            [
                "keyFileBytesMax", "certificatesInFileMax", "sessionKeysMax", "apiKeyBytesMin", "apiKeysMax", "revokedTokensMax",
                "claimPathStepsMax", "externalURLBytesMax", "issuersMax", "mintedLifetimes", "roleRulesMax", "sharedSecretBytesMin",
                "sharedSecretsMax", "tokenLeewayMax", "tokenLifetimeDefault", "tokenLifetimeMax", "limitIDBytesMax", "limitRulesMax",
                "leaseCallsMax", "replyBudgetBytesMax", "detectorPatternBytesMax", "detectorLiteralBytesMax", "detectorsMax",
                "learnedLifetimes", "knownSecretsMax", "allowancesMax", "valuePathBytesMax", "faultsMax", "yamlBytesMax", "yamlDepthMax",
                "yamlNodesMax", "auditArgumentsMax", "secretFileBytesMax", "watchedFilesMax", "keyFileBytesMin", "mintSecretBytesMin",
                "secretExportBytesMax", "policyRulesMax", "policyPrincipalsMax", "policyFilesMax", "policyNameBytesMax",
                "policyPatternBytesMax", "policyPathStepsMax", "policyConstraintsMax", "policyFolderFilesMax", "policyWindowsMax",
                "zoneFileBytesMax", "redisNodesMax", "inheritedSocketsMax",
            ]
        ),
        (
            "how much is done, held or looked at in one step: more of it takes more steps",
            [
                "inflateGraceBytes", "inflateStepBytes", "bytesPerTurnMax", "readChunkBytes", "readyEventsMax", "sealedBytesMax",
                "redactionBlockReachBytes", "redactionAnchorBytes", "redactionContextBytes", "redactionLookBytes", "redactionRecordBytes",
                "redactionRunBytes", "redactionWindowBytes", "controlSequenceMax", "commandStringMax", "learnedBytesMin",
                "accessBatchBytesMax", "phaseSampleEvery", "replyPieceBytes", "redisScanStep", "auditCheckpointLines", "lingerBytesMax",
                "shedBodyBytesMax", "throttleNoticeBytesMax", "expiryLookBytesMax",
            ]
        ),
        (
            "when something is done again, or forgotten",
            [
                "tlsSessionSecondsMax", "renewalMarginMin", "verifiedTokenRecheck", "listedTaskSecondsMax", "capHold", "capRenewal",
                "leaseLife", "auditCheckpointEvery", "watchEvery", "allowanceNoticeDays", "toolListSecondsMax", "toolListSecondsMin",
                "redisHeartbeat", "redisPauses", "redisRefreshPause", "redisScanTimeout",
            ]
        ),
        (
            "what is kept only to save work: without it the work is done again",
            [
                "tlsSessionsRememberedMax", "sharedTextsMax", "idleScrubbersMax", "repeatCallsMax", "recentTokensMax",
                "recentTokensBytesMax",
            ]
        ),
        ("how long a loop polls where it could sleep: it hears the same", ["busyPollMax", "busyPollTripMax", "busyPollPauseMax"]),
        (
            "what is longer is cut where it is shown, and marked",
            [
                "tlsDetailBytesMax", "shownNameBytesMax", "shownNameScrubBytesMax", "auditFieldBytesMax", "auditListEntriesMax",
                "accessFieldBytesMax", "accessListMax", "logFieldBytesMax", "tracestateBytesMax", "retryAfterSecondsMax",
            ]
        ),
        ("lines of the event log that are held back are counted in the next one", ["logErrorRepeatsMax", "logRepeatsMax"]),
        ("an operator's own question, who is told", ["auditLineBytesMax", "auditRunsMax", "limitSightingsMax"]),
    ]

    private static let source = SourceTree.sources.map { $0.lines.joined(separator: "\n") }.joined(separator: "\n")

    @Test func everyBoundIsToldOf() throws {
        let table = try #require(SourceTree.sources.first { $0.path == "Sources/Core/Limits.swift" })
        let declared = table.lines.compactMap { line -> String? in
            let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
            guard words.starts(with: ["public", "static", "let"]) else { return nil }
            return words.dropFirst(3).first.map(String.init)
        }
        let listed = Self.counted.flatMap(\.bounds) + Self.others.flatMap(\.bounds)
        #expect(declared.count > 150)
        #expect(Set(declared).subtracting(listed) == [], "bounds of which nothing here says how they are told of")
        #expect(Set(listed).subtracting(declared) == [], "bounds that are no more")
        #expect(Set(listed).count == listed.count, "bounds that stand here twice")
    }

    @Test(arguments: counted.map { ($0.family, $0.value) })
    func whatTellsOfThemIsThere(_ family: String, _ value: String) {
        #expect(Self.source.contains("\"\(family)\""))
        #expect(Self.source.contains("\"\(value)\"") || Self.source.contains(".\(value)"))
    }

    /// Whoever sees `louver_bound_hits_total{bound="..."}` finds out what it means and what to do.
    @Test func everyNameIsExplained() throws {
        let found = Self.source.matches(of: /(?:boundHits, |bound\(|overload\(| count\(|Self.count\()"([a-z_]+)"/).map { String($0.1) }
        let names = Set(found + ["connections", "descriptors"])
        #expect(names.count > 15)
        let guide = try String(
            contentsOf: SourceTree.root.appending(path: "Deploy/guides/troubleshooting.md"), encoding: .utf8)
        #expect(names.filter { !guide.contains("| `\($0)` |") }.sorted() == [])
    }
}
