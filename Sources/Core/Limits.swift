/// Every fixed bound of the program in one table, units in the names. What an operator may change stands in the configuration, with these
/// as defaults or ceilings.
public enum Limits {
    // MARK: HTTP

    /// A request line and its header lines together.
    public static let headBytesMax = 32 * 1024
    /// Header lines in one head.
    public static let headFieldsMax = 100
    /// One field name.
    public static let fieldNameBytesMax = 255
    /// A host with its port: 253 for a name (RFC 1035), brackets or a colon, five digits.
    public static let hostBytesMax = 260
    /// One request target.
    public static let targetBytesMax = 8 * 1024
    /// One request body: what the reference servers take (4 MiB).
    public static let requestBodyBytesMax = 4 * 1024 * 1024
    /// One chunk-size line with its extensions.
    public static let chunkLineBytesMax = 256
    /// All chunk extensions of one body.
    public static let chunkExtensionBytesMax = 16 * 1024
    /// Trailer lines together.
    public static let trailerBytesMax = 8 * 1024
    /// How many times larger a decoded body may be than its compressed form, once past `inflateGraceBytes`.
    public static let inflateRatioMax = 200
    /// Decoded bytes to which the ratio is not yet applied.
    public static let inflateGraceBytes = 1024 * 1024
    /// Decoded bytes made at once.
    public static let inflateStepBytes = 64 * 1024

    // MARK: JSON

    /// Nesting of objects and arrays.
    public static let jsonDepthMax = 128
    /// Members of one object in which duplicates can be told.
    public static let jsonObjectMembersMax = 4_096
    /// Members of all objects of a reply that are open at one moment.
    public static let jsonOpenMembersMax = 16_384
    /// One object key, decoded.
    public static let jsonKeyBytesMax = 1_024
    /// One number as written.
    public static let jsonNumberBytesMax = 128

    // MARK: Replies

    /// A reply of the whole lane: lists, discover, initialize.
    public static let wholeReplyBytesMax = 4 * 1024 * 1024
    /// Reply bytes held before the head goes out, and the most that fits one SSE event of the official client.
    public static let heldReplyBytesMax = 1024 * 1024
    /// The `_meta` of a result, held to be written last.
    public static let heldMetaBytesMax = 64 * 1024
    /// One line of a server-sent event other than `data`.
    public static let eventFieldBytesMax = 4 * 1024

    // MARK: Sockets

    /// Listening sockets that a supervisor passes at start.
    public static let inheritedSocketsMax = 64
    /// Bytes one connection may read before others on its loop have their turn.
    public static let bytesPerTurnMax = 256 * 1024
    /// Bytes asked for in one read, and so the most that is read ahead of pipelined requests while one is served.
    public static let readChunkBytes = 64 * 1024
    /// Readiness events taken from the kernel at once.
    public static let readyEventsMax = 256
    /// How long a loop polls for one reply instead of sleeping until it is there.
    public static let busyPollMax: Duration = .microseconds(50)
    /// The average trip to a peer up to which polling for its replies is tried.
    public static let busyPollTripMax: Duration = .microseconds(60)
    /// Replies that are left alone, at most, after polling was in vain.
    public static let busyPollPauseMax = 1_024

    // MARK: Crypto

    /// A file that holds one key.
    public static let keyFileBytesMax = 64 * 1024
    /// A larger RSA key costs a stranger's token too much of our time.
    public static let rsaModulusBitsMax = 8_192
    /// RFC 7518 section 3.3.
    public static let rsaModulusBitsMin = 2_048
    /// A text to seal or open at once.
    public static let sealedBytesMax = 16 * 1024 * 1024

    // MARK: TLS

    /// Alternative names read from one certificate; later ones are ignored.
    public static let certificateNamesMax = 64
    /// Certificates read from one file; the largest system stores hold a few hundred.
    public static let certificatesInFileMax = 1_024
    /// Text of the error queue kept for one failure.
    public static let tlsDetailBytesMax = 512
    /// Server names whose last session a client context remembers.
    public static let tlsSessionsRememberedMax = 64
    /// How long a session may be resumed.
    public static let tlsSessionSecondsMax = 3_600

    // MARK: Tokens and sessions

    /// One Bearer token.
    public static let tokenBytesMax = 16 * 1024
    /// Verified tokens remembered by one loop.
    public static let verifiedTokensMax = 10_000
    /// Keys that open session seals: the current one and those before it.
    public static let sessionKeysMax = 4
    /// A session id, sealed or not.
    public static let sessionIDBytesMax = 1_024
    /// A progress token or request id as written.
    public static let requestIDBytesMax = 256

    // MARK: Identity

    /// The least characters of an API key.
    public static let apiKeyBytesMin = 32
    /// API keys of one file.
    public static let apiKeysMax = 10_000
    /// Ids of revoked tokens.
    public static let revokedTokensMax = 100_000
    /// One claim that is read as a short text, a group or a scope.
    public static let claimTextBytesMax = 1_024
    /// Names in the path of a claim.
    public static let claimPathStepsMax = 8
    /// The URL of the resource or of an authorization server.
    public static let externalURLBytesMax = 2_048
    /// Tokens that came again, kept by one loop with their bytes.
    public static let recentTokensMax = 1_024
    /// What they may weigh together, roughly.
    public static let recentTokensBytesMax = 1_408 * 1024
    /// Issued credentials remembered by one loop.
    public static let issuedCredentialsMax = 10_000
    /// Issuers of one verifier.
    public static let issuersMax = 32
    /// One JWK Set.
    public static let keySetBytesMax = 256 * 1024
    /// Keys in one JWK Set.
    public static let keySetKeysMax = 100
    /// How long minted tokens may live.
    public static let mintedLifetimes: ClosedRange<Duration> = .seconds(60) ... .seconds(3_600)
    /// How long before its end a credential is renewed at the latest.
    public static let renewalMarginMin: Duration = .seconds(30)
    /// Rules of one role mapping.
    public static let roleRulesMax = 256
    /// Client names, and lists of scopes or groups, that remembered tokens have in common.
    public static let sharedTextsMax = 1_024
    /// The least bytes of a shared secret, unless its issuer states another.
    public static let sharedSecretBytesMin = 32
    /// Shared secrets of one issuer while a rotation overlaps.
    public static let sharedSecretsMax = 4
    /// Audiences named by a token or by an issuer's settings.
    public static let tokenAudiencesMax = 32
    /// Groups named by a token.
    public static let tokenGroupsMax = 1_024
    /// The decoded header of a token.
    public static let tokenHeaderBytesMax = 2_048
    /// The `kid` of a key or token.
    public static let tokenKeyIDBytesMax = 256
    /// The most that an issuer's clock may be said to differ.
    public static let tokenLeewayMax: Duration = .seconds(120)
    /// How long an issuer's tokens may live unless it is said otherwise.
    public static let tokenLifetimeDefault: Duration = .seconds(24 * 3_600)
    /// The most that may be said instead.
    public static let tokenLifetimeMax: Duration = .seconds(30 * 24 * 3_600)
    /// Scopes named by a token.
    public static let tokenScopesMax = 256
    /// A request for a token of Louver's own.
    public static let tokenRequestBytesMax = 16 * 1024
    /// The fields of its form.
    public static let formFieldsMax = 32
    /// What the verified tokens of one loop may weigh together, roughly.
    public static let verifiedTokensBytesMax = 32 * 1024 * 1024
    /// After what time a remembered token is verified again.
    public static let verifiedTokenRecheck: Duration = .seconds(300)

    // MARK: MCP

    /// Entries of one list page that are looked at.
    public static let listEntriesMax = 10_000
    /// Arguments of one tool that are mirrored in headers.
    public static let parameterHeadersMax = 16
    /// The name part of one `Mcp-Param-` header.
    public static let parameterTokenBytesMax = 64
    /// The property names on the way to a mirrored argument, together.
    public static let parameterPathBytesMax = 512
    /// Tools of one upstream whose mirrored arguments are remembered.
    public static let parameterToolsMax = 512
    /// White space between two members of a reply's envelope that is kept.
    public static let replyGapBytesMax = 1_024
    /// A name that is told in the text of a refusal.
    public static let shownNameBytesMax = 128
    /// A session id as the upstream gave it, so that the sealed one fits `sessionIDBytesMax`.
    public static let upstreamSessionBytesMax = 512
    /// What a server wants to get back with a retry (`requestState`), as it is written.
    public static let requestStateBytesMax = 64 * 1024
    /// The id of a task as the upstream gave it; the tool's name that is sealed with it has the same bound.
    public static let taskIDBytesMax = 256
    /// Tasks of one upstream that are remembered for `tasks/list`.
    public static let listedTasksMax = 16_384
    /// How long they are remembered.
    public static let listedTaskSecondsMax = 24 * 60 * 60
    /// What a form says of one field, or of itself, that is looked at for a question about a secret.
    public static let formTextBytesMax = 8 * 1024

    // MARK: Redis

    /// The strings of one Redis reply together.
    public static let redisReplyBytesMax = 256 * 1024
    /// The elements of all arrays of one Redis reply together.
    public static let redisReplyElementsMax = 4_096

    // MARK: RateLimit

    /// Bytes of a bucket's id.
    public static let limitIDBytesMax = 64
    /// Buckets one call can be debited from.
    public static let limitRulesMax = 16
    /// Places for buckets in the memory of one process (40 bytes each when all are taken).
    public static let limitSlotsMax = 262_144
    /// How long a call may hold a cap in the shared store without saying that it is still there: what a replica that died leaves behind.
    public static let capHold: Duration = .seconds(30)
    /// How often a call that holds a cap says that it is still there.
    public static let capRenewal: Duration = .seconds(10)
    /// How long tokens taken in advance are kept.
    public static let leaseLife: Duration = .milliseconds(100)
    /// Buckets of one loop with tokens taken in advance, and remembered refusals.
    public static let leasedBucketsMax = 16_384
    /// Calls' tokens that may be taken from the store in advance.
    public static let leaseCallsMax = 1_000
    /// Bytes of replies that one bucket may hold.
    public static let replyBudgetBytesMax = 1 << 40
    /// Callers whose last calls are remembered.
    public static let repeatPrincipalsMax = 16_384
    /// Last calls of one caller that are remembered.
    public static let repeatCallsMax = 64
    /// Places for buckets of one loop's admission gate, principals and addresses each.
    public static let admissionSlotsMax = 32_768

    // MARK: Redaction

    /// Capture groups and literals aside: one detector's pattern.
    public static let detectorPatternBytesMax = 4_096
    /// One literal of a detector.
    public static let detectorLiteralBytesMax = 64
    /// Detectors in one set.
    public static let detectorsMax = 2_000
    /// Machine stack of one pattern match.
    public static let patternStackBytesMax = 256 * 1024
    /// Steps of one pattern match before its value is withheld.
    public static let patternStepsMax = 50_000
    /// Characters of a terminal's control sequence.
    public static let controlSequenceMax = 64
    /// Characters of a terminal's command string, such as a window title.
    public static let commandStringMax = 2_048
    /// The least bytes of a value that is learned from replies.
    public static let learnedBytesMin = 10
    /// Values learned from one reply.
    public static let learnedInReplyMax = 64
    /// Principals whose learned values are kept.
    public static let learnedPrincipalsMax = 4_096
    /// Values learned for one principal.
    public static let learnedSecretsMax = 10_000
    /// How long a learned value is remembered.
    public static let learnedLifetimes: ClosedRange<Duration> = .seconds(10) ... .seconds(7 * 24 * 3_600)
    /// Known values of one configuration, in clear or as hashes.
    public static let knownSecretsMax = 100_000
    /// One base64 value whose text is looked at, encoded.
    public static let redactionBlobBytesMax = 8 * 1024 * 1024
    /// The body of one private key behind one placeholder.
    public static let redactionBlockBytesMax = 8 * 1024
    /// Text behind the first line of a private key in which its other lines are looked for.
    public static let redactionBlockReachBytes = 64 * 1024
    /// How far a secret may stand behind what told of it, once that was written out.
    public static let redactionAnchorBytes = 1_024
    /// Text already written out that a scan may still look back at: twice the anchor, so that each anchor has its own context.
    public static let redactionContextBytes = 2_048
    /// Encodings inside of encodings that are looked into.
    public static let redactionDecodeDepthMax = 3
    /// One encoded run that is looked into; a longer one is replaced.
    public static let redactionEncodedBytesMax = 64 * 1024
    /// What one compressed run may grow to.
    public static let redactionInflatedBytesMax = 1024 * 1024
    /// How many times its size a compressed run may grow to, once past 16 KiB.
    public static let redactionInflationRatioMax = 40
    /// How far a decision about one place may look ahead.
    public static let redactionLookBytes = 4_096
    /// Values of one reply that may be nested below the value being scrubbed.
    public static let redactionDepthMax = 128
    /// One record of a stream of JSON lines that is looked at whole before any of it is written.
    public static let redactionRecordBytes = 1024 * 1024
    /// Token characters at the end of a text that wait for what follows them.
    public static let redactionRunBytes = 512
    /// Text that waits before it is scanned, unless it ends.
    public static let redactionWindowBytes = 32 * 1024

    /// Entries under `allow` of one policy or file.
    public static let allowancesMax = 256
    /// Days before its end from which on an entry under `allow` is told of.
    public static let allowanceNoticeDays = 14
    /// Where in a structure a value stands, as rules about paths and explanations name it.
    public static let valuePathBytesMax = 4 * 1024

    // MARK: YAML

    /// Faults of one check that are kept and told; the rest is counted.
    public static let faultsMax = 100
    /// One YAML file.
    public static let yamlBytesMax = 4 * 1024 * 1024
    /// Nesting of lists and mappings.
    public static let yamlDepthMax = 32
    /// Values in one file, each alias counted as what it stands for.
    public static let yamlNodesMax = 200_000

    // MARK: Telemetry

    /// Decisions after which the audit log signs a checkpoint.
    public static let auditCheckpointLines = 1_000
    /// How long after a decision the audit log signs a checkpoint at the latest.
    public static let auditCheckpointEvery: Duration = .seconds(60)
    /// One value in an audit line.
    public static let auditFieldBytesMax = 512
    /// One line of an audit log that is read.
    public static let auditLineBytesMax = 64 * 1024
    /// Groups or scopes of a caller that an audit line names.
    public static let auditListEntriesMax = 64
    /// Arguments whose values the audit log may be told to keep.
    public static let auditArgumentsMax = 16
    /// Runs of the process that one check of audit files tells apart.
    public static let auditRunsMax = 65_536
    /// Access lines of one loop held before they are handed over within a turn.
    public static let accessBatchBytesMax = 64 * 1024
    /// One name in an access line.
    public static let accessFieldBytesMax = 128
    /// Entries of a list in the access log.
    public static let accessListMax = 16
    /// Spans that wait for the collector, as text.
    public static let spanQueueBytesMax = 1024 * 1024
    /// The `tracestate` that goes on upstream (Trace Context section 3.3.1.3 asks for at least 512).
    public static let tracestateBytesMax = 512
    /// Lines queued for one log file.
    public static let lineQueueBytesMax = 4 * 1024 * 1024
    /// One value in a log line.
    public static let logFieldBytesMax = 2_048
    /// Lines of one error told in ten seconds: all faults of a file (`faultsMax`) fit.
    public static let logErrorRepeatsMax = 100
    /// Exchanges of which one has its phases timed.
    public static let phaseSampleEvery = 16
    /// One tool's name that metrics tell apart.
    public static let toolNameBytesMax = 128
    /// Of a name from a request, what is scrubbed and shown in logs.
    public static let shownNameScrubBytesMax = 1_024
    /// Tools of one upstream that metrics tell apart.
    public static let toolNamesMax = 512
    /// Lines of one event told in ten seconds.
    public static let logRepeatsMax = 10

    // MARK: Configuration

    /// One file with a secret, token or private key.
    public static let secretFileBytesMax = 64 * 1024
    /// Files of one configuration that are looked at for changes.
    public static let watchedFilesMax = 1_024
    /// How often they are looked at.
    public static let watchEvery: Duration = .seconds(1)
    /// The least bytes of a key that seals or hashes.
    public static let keyFileBytesMin = 32
    /// The least bytes of a secret that tokens for an upstream are signed with: Airflow makes its own from 16 random bytes.
    public static let mintSecretBytesMin = 16
    /// One export of a secrets backend, or one file of hashes.
    public static let secretExportBytesMax = 64 * 1024 * 1024

    // MARK: Policy

    /// Rules of one policy, its packs' included.
    public static let policyRulesMax = 4_096
    /// Entries under `principals`, the packs' included.
    public static let policyPrincipalsMax = 16_384
    /// Files one policy may be made of.
    public static let policyFilesMax = 32
    /// Bytes of a policy's name or a rule's id.
    public static let policyNameBytesMax = 64
    /// Bytes of one name pattern.
    public static let policyPatternBytesMax = 512
    /// Steps of a path into the arguments.
    public static let policyPathStepsMax = 16
    /// Conditions of one rule.
    public static let policyConstraintsMax = 32
    /// Bytes of a text that a `regex` condition looks at; a longer one fails it.
    public static let policyRegexTextBytesMax = 4_096
    /// Seconds for which what an upstream's list says of its tools is taken to be true.
    public static let toolListSecondsMax = 300
    /// Seconds between two questions for a tool that an upstream's list does not have.
    public static let toolListSecondsMin = 10
    /// Pages of a tool list that Louver asks for itself.
    public static let listPagesMax = 64
    /// Steps of one match of a `regex` condition (PCRE2's match limit).
    public static let policyRegexStepsMax = 10_000
    /// Texts of one list that a `regex` condition looks at; a longer list fails it.
    public static let policyRegexTextsMax = 256
    /// Files of a folder that stands for the policies in it.
    public static let policyFolderFilesMax = 1_024
    /// Windows of one rule.
    public static let policyWindowsMax = 16
    /// Bytes of a zone file.
    public static let zoneFileBytesMax = 65_536

    // MARK: Proxy

    /// Connections to the admin listener.
    public static let adminConnectionsMax = 64
    /// Buckets that an operator is shown at once.
    public static let limitSightingsMax = 200
    /// Keys of the store that are looked at in one step for an operator, and how long looking at one server may take.
    public static let redisScanStep = 1_000
    /// See `redisScanStep`.
    public static let redisScanTimeout: Duration = .seconds(60)
    /// Connections of one loop above its cap that are taken to be told so.
    public static let shedConnectionsMax = 64
    /// Scrubbers one loop keeps for later replies.
    public static let idleScrubbersMax = 8
    /// Requests of one loop to one token endpoint at a time, and refusals of it that are remembered.
    public static let credentialFetchesMax = 256
    /// How long a token endpoint may take to answer.
    public static let tokenEndpointWaitMax: Duration = .seconds(10)
    /// The answer of a token endpoint.
    public static let tokenReplyBytesMax = 64 * 1024
    /// A tool's result in which the signs of an expired credential are looked for.
    public static let expiryLookBytesMax = 4 * 1024
    /// Exchanges of one loop that wait for an issuer's keys.
    public static let keyWaitersMax = 1_024
    /// How long one of them waits.
    public static let keyWaitMax: Duration = .seconds(10)
    /// Bytes read and dropped so that a last answer arrives before its connection is reset.
    public static let lingerBytesMax = 256 * 1024
    /// How long connecting to the store may take, TLS and login included.
    public static let redisConnectTimeout: Duration = .seconds(1)
    /// How often a connection to the store is asked whether it still takes writes, and how long that may take at least.
    public static let redisHeartbeat: Duration = .seconds(1)
    /// See `redisHeartbeat`.
    public static let redisHeartbeatWait: Duration = .milliseconds(100)
    /// Replies in a row that may be late before a connection to the store is given up.
    public static let redisLateMax = 3
    /// Between two attempts to connect to the store: the first pause, and the longest.
    public static let redisPauses: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)
    /// Redirections of one command within a cluster.
    public static let redisRedirectsMax = 16
    /// The least time between two questions which node of a cluster has which slots.
    public static let redisRefreshPause: Duration = .milliseconds(200)
    /// How long one sentinel may take to say where the primary is.
    public static let redisSentinelTimeout: Duration = .milliseconds(500)
    /// Servers that `redis.url` may name.
    public static let redisNodesMax = 16
    /// Commands that wait for the store on one connection.
    public static let redisPipelineMax = 4_096
    /// Calls of sessions that can be cancelled.
    public static let registeredCallsMax = 65_536
    /// Reply text decoded in one step.
    public static let replyPieceBytes = 64 * 1024
    /// Connections of one loop to one server that is asked for keys or credentials.
    public static let webConnectionsMax = 8
    /// The longest time an upstream may ask for with `Retry-After`.
    public static let retryAfterSecondsMax = 3_600
    /// A body that is read although its request is refused at the door, so that the refusal carries its id.
    public static let shedBodyBytesMax = 64 * 1024
    /// An answer that is looked at for a word about throttling.
    public static let throttleNoticeBytesMax = 4 * 1024
    /// Calls of one caller that wait for a place at one upstream.
    public static let upstreamWaitersOfOneMax = 128
    /// Exchanges of one loop that wait for a connection to one upstream.
    public static let upstreamWaitersMax = 1_024
}
