/// Why a token was refused, for the log and the metric. The client is never told more than the error code of the standard.
public enum TokenRefusal: String, Error, Sendable, CaseIterable {
    // MARK: Form (RFC 7515 section 7.1, RFC 8725 sections 2.4 and 3.11)

    /// Longer than `Limits.tokenBytesMax`.
    case tokenTooLong = "token_too_long"
    /// Not three parts between two dots.
    case notCompact = "not_compact"
    /// Five parts: an encrypted token (JWE), which nobody is asked to send.
    case encrypted
    /// A part is not the one canonical, unpadded base64url form of its bytes.
    case encoding
    /// The signature part is empty, as in an unsecured token.
    case signatureMissing = "signature_missing"

    // MARK: Header (RFC 7515 section 4)

    /// The header is longer than `Limits.tokenHeaderBytesMax`.
    case headerTooLong = "header_too_long"
    /// The header is not one strict JSON object, or repeats a member.
    case headerMalformed = "header_malformed"
    /// No `alg`, or one that is not a string.
    case algorithmMissing = "algorithm_missing"
    /// `alg` is `none` in any case.
    case algorithmNone = "algorithm_none"
    /// An `alg` that Louver does not know.
    case algorithmUnknown = "algorithm_unknown"
    /// An `alg` that the issuer is not pinned to.
    case algorithmRefused = "algorithm_refused"
    /// A `typ` other than `JWT` and `at+jwt`.
    case typeRefused = "type_refused"
    /// A token inside a token (`cty`), or a `cty` that is not a string.
    case nested
    /// `crit`: the sender insists on an extension.
    case criticalHeader = "critical_header"
    /// `jku` or `x5u`: the token says where its own key is to be fetched.
    case keyByURL = "key_by_url"
    /// `jwk` or `x5c`: the token brings its own key.
    case keyInToken = "key_in_token"
    /// `b64`: a payload that is not encoded (RFC 7797).
    case unencodedPayload = "unencoded_payload"
    /// `zip`: a compressed payload.
    case compressed
    /// `enc`: a header of an encrypted token on a signed one.
    case encryptedHeader = "encrypted_header"
    /// `kid` is not a string, empty, over `Limits.tokenKeyIDBytesMax`, or holds a control character.
    case keyIDMalformed = "key_id_malformed"

    // MARK: Issuer and key

    /// The payload is not one strict JSON object, or repeats a member at any depth.
    case claimsMalformed = "claims_malformed"
    /// No `iss`, and no issuer is declared to leave it out.
    case issuerMissing = "issuer_missing"
    /// `iss` is not a string, or holds a control character.
    case issuerMalformed = "issuer_malformed"
    /// An `iss` that is not trusted.
    case issuerUnknown = "issuer_unknown"
    /// The issuer's keys are not there: never fetched, or too old to be relied on.
    case keysUnavailable = "keys_unavailable"
    /// No key of the issuer has this `kid`; a fresh fetch of its key set may help.
    case keyUnknown = "key_unknown"
    /// No `kid`, and more than one key would serve the algorithm.
    case keyAmbiguous = "key_ambiguous"
    /// The key that `kid` names is not for this algorithm.
    case keyMismatch = "key_mismatch"
    /// The signature is not the key's.
    case signatureWrong = "signature_wrong"

    /// An API key that nobody has.
    case apiKeyUnknown = "api_key_unknown"
    /// The issuer says that the token is not active (RFC 7662).
    case inactive

    // MARK: Claims (RFC 7519 section 4.1, RFC 9068, RFC 8705)

    /// No `exp`.
    case expiryMissing = "expiry_missing"
    /// `exp` is not a number of seconds within the years Louver reckons with.
    case expiryMalformed = "expiry_malformed"
    /// `exp` has passed.
    case expired
    /// `nbf` is not a number of seconds.
    case notBeforeMalformed = "not_before_malformed"
    /// `nbf` has not come.
    case notYetValid = "not_yet_valid"
    /// No `iat` from an issuer that must state it.
    case issuedAtMissing = "issued_at_missing"
    /// `iat` is not a number of seconds.
    case issuedAtMalformed = "issued_at_malformed"
    /// `iat` lies in the future.
    case issuedInFuture = "issued_in_future"
    /// `exp` is not after `iat`.
    case lifetimeNegative = "lifetime_negative"
    /// `exp` lies further from `iat` than the issuer may go.
    case lifetimeTooLong = "lifetime_too_long"
    /// No `aud`.
    case audienceMissing = "audience_missing"
    /// `aud` is neither a string nor a list of at most `Limits.tokenAudiencesMax` strings.
    case audienceMalformed = "audience_malformed"
    /// `aud` names somebody else.
    case audienceWrong = "audience_wrong"
    /// No `sub` where one is needed, or neither `sub` nor a client.
    case subjectMissing = "subject_missing"
    /// `sub` is not a string, empty, too long, or holds a control character.
    case subjectMalformed = "subject_malformed"
    /// `client_id` or `azp` is not a string, empty, too long, or holds a control character.
    case clientMalformed = "client_malformed"
    /// `jti` is not a string, empty, too long, or holds a control character.
    case tokenIDMalformed = "token_id_malformed"
    /// The token or its chain was revoked by `jti`.
    case revoked
    /// No `jti` from an issuer that must state it, so that the token could not be revoked.
    case tokenIDMissing = "token_id_missing"
    /// `scope` or `scp` is not a list of scopes.
    case scopeMalformed = "scope_malformed"
    /// A scope that the issuer's tokens must carry is missing: the one refusal that another scope would heal.
    case scopeMissing = "scope_missing"
    /// The groups claim is not a string or a list of strings within the bounds.
    case groupsMalformed = "groups_malformed"
    /// A required claim is missing or has another value.
    case claimRefused = "claim_refused"
    /// `cnf` is not an object, or binds the token to something that cannot be checked here, such as a DPoP key.
    case confirmationUnsupported = "confirmation_unsupported"
    /// `cnf` names a certificate by something that is not a SHA-256 thumbprint.
    case confirmationMalformed = "confirmation_malformed"
    /// The issuer's tokens must be bound to a certificate and this one is not.
    case confirmationMissing = "confirmation_missing"
    /// The token is bound to a client certificate and the connection has none.
    case certificateMissing = "certificate_missing"
    /// The token is bound to another client certificate than the connection's.
    case certificateWrong = "certificate_wrong"
}
