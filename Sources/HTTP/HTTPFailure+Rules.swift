/// Every rule of strictness in one table: what is refused, with which status, and which text says so. The parsers of this room
/// refuse nothing that is not named here. A fault in a message of the upstream keeps its name and becomes 502.
extension HTTPFailure {
    // MARK: Lines (RFC 9112 sections 2.2 and 5)

    /// A line that ends in LF alone: RFC 9112 2.2 lets a recipient take it, and front and back then disagree about where a line ends.
    static let bareLF = HTTPFailure(status: 400, reason: "bare_lf")
    /// A CR that no LF follows: RFC 9112 2.2.
    static let bareCR = HTTPFailure(status: 400, reason: "bare_cr")
    /// More than the one empty line that RFC 9112 2.2 tells servers to skip before a request line.
    static let emptyLine = HTTPFailure(status: 400, reason: "empty_line")
    /// A line that begins with a space or tab: obs-fold, RFC 9112 5.2, or whitespace before the first field, 2.2.
    static let foldedLine = HTTPFailure(status: 400, reason: "folded_line")
    /// Whitespace between a field name and its colon: RFC 9112 5.1.
    static let spaceBeforeColon = HTTPFailure(status: 400, reason: "space_before_colon")
    /// A field name that is empty or holds something other than tchar: RFC 9110 5.1 and 5.6.2.
    static let badFieldName = HTTPFailure(status: 400, reason: "bad_field_name")
    /// NUL, DEL or another control character in a field value: RFC 9110 5.5.
    static let controlInValue = HTTPFailure(status: 400, reason: "control_in_value")
    /// A byte above 0x7F in a field whose grammar is ASCII: RFC 9110 5.5; for Mcp fields the MCP transport's header encoding.
    static let nonASCIIValue = HTTPFailure(status: 400, reason: "non_ascii_value")
    /// A second line of a field that may stand once: RFC 9110 5.3.
    static let repeatedField = HTTPFailure(status: 400, reason: "repeated_field")

    // MARK: Bounds (RFC 9110 section 2.3, RFC 9112 section 3, RFC 6585 section 5)

    /// A request target over `Limits.targetBytesMax`.
    static let targetTooLong = HTTPFailure(status: 414, reason: "target_too_long")
    /// A head over `Limits.headBytesMax`.
    static let headTooLarge = HTTPFailure(status: 431, reason: "head_too_large")
    /// More lines than `Limits.headFieldsMax`.
    static let tooManyFields = HTTPFailure(status: 431, reason: "too_many_fields")
    /// A field name over `Limits.fieldNameBytesMax`.
    static let fieldNameTooLong = HTTPFailure(status: 431, reason: "field_name_too_long")

    // MARK: Start line (RFC 9112 sections 2.3, 3 and 4)

    /// A request line that is not `method SP target SP version`: RFC 9112 3.
    static let badRequestLine = HTTPFailure(status: 400, reason: "bad_request_line")
    /// A version that is well formed and neither HTTP/1.0 nor HTTP/1.1: RFC 9110 15.6.6.
    static let unsupportedVersion = HTTPFailure(status: 505, reason: "unsupported_version")
    /// A status line that is not `version SP 3DIGIT [SP reason]`, or a status outside 100 to 599: RFC 9112 4.
    static let badStatusLine = HTTPFailure(status: 400, reason: "bad_status_line")
    /// A 101: nothing here ever asks to switch protocols (RFC 9110 7.8).
    static let switchingProtocols = HTTPFailure(status: 400, reason: "switching_protocols")
    /// An expectation other than 100-continue: RFC 9110 10.1.1.
    static let unknownExpectation = HTTPFailure(status: 417, reason: "unknown_expectation")

    // MARK: Target and Host (RFC 9112 section 3.2, RFC 9110 sections 4.2 and 7.2, RFC 3986 sections 3 and 6)

    /// A byte that RFC 3986 does not let stand in a path or query, a fragment, or a percent sign without two digits.
    static let badTarget = HTTPFailure(status: 400, reason: "bad_target")
    /// `*` or an authority alone: forms for servers and tunnels, RFC 9112 3.2.3 and 3.2.4.
    static let targetForm = HTTPFailure(status: 400, reason: "target_form")
    /// A slash, backslash or control character hidden behind a percent sign.
    static let encodedSeparator = HTTPFailure(status: 400, reason: "encoded_separator")
    /// A `.` or `..` segment, however it was written: two parties may resolve it differently.
    static let dotSegment = HTTPFailure(status: 400, reason: "dot_segment")
    /// An absolute target for another authority than the Host field names: RFC 9112 3.2.2.
    static let authorityMismatch = HTTPFailure(status: 400, reason: "authority_mismatch")
    /// No Host in HTTP/1.1: RFC 9112 3.2.
    static let missingHost = HTTPFailure(status: 400, reason: "missing_host")
    /// A Host that is not a name, IPv4 or bracketed IPv6 address with an optional port: RFC 9110 7.2.
    static let badHost = HTTPFailure(status: 400, reason: "bad_host")

    // MARK: Framing (RFC 9112 section 6)

    /// Content-Length beside Transfer-Encoding: RFC 9112 6.1 and 11.2 (request smuggling).
    static let lengthAndCoding = HTTPFailure(status: 400, reason: "length_and_coding")
    /// A Content-Length that is not one run of at most 19 digits: RFC 9110 8.6, without the leave to fold equal repetitions.
    static let badLength = HTTPFailure(status: 400, reason: "bad_length")
    /// A Content-Length that no integer here can hold.
    static let lengthOverflow = HTTPFailure(status: 413, reason: "length_overflow")
    /// A Transfer-Encoding that is malformed, repeated, or in which chunked is not last: RFC 9112 6.1 and 6.3.
    static let badCoding = HTTPFailure(status: 400, reason: "bad_coding")
    /// A transfer coding besides chunked: RFC 9112 6.1.
    static let unknownCoding = HTTPFailure(status: 501, reason: "unknown_coding")
    /// Transfer-Encoding in HTTP/1.0: RFC 9112 6.1.
    static let codingInOldVersion = HTTPFailure(status: 400, reason: "coding_in_http10")
    /// A 204 that announces content: RFC 9110 8.6 and 15.3.5.
    static let contentForbidden = HTTPFailure(status: 400, reason: "content_forbidden")

    // MARK: Body (RFC 9112 sections 7.1 and 8)

    /// A chunk size that is not 1 to 16 hexadecimal digits followed by `;` or CRLF, or over 2^60: RFC 9112 7.1.
    static let badChunkSize = HTTPFailure(status: 400, reason: "bad_chunk_size")
    /// Chunk extensions over `Limits.chunkLineBytesMax` in a line or `Limits.chunkExtensionBytesMax` in a body: RFC 9112 7.1.1.
    static let chunkExtensionTooLong = HTTPFailure(status: 400, reason: "chunk_extension_too_long")
    /// Chunk content that no CRLF follows: RFC 9112 7.1.
    static let badChunkEnd = HTTPFailure(status: 400, reason: "bad_chunk_end")
    /// A trailer line that is no field line: RFC 9112 7.1.2.
    static let badTrailer = HTTPFailure(status: 400, reason: "bad_trailer")
    /// A trailer section over `Limits.trailerBytesMax` or `Limits.headFieldsMax`.
    static let trailerTooLarge = HTTPFailure(status: 431, reason: "trailer_too_large")
    /// The peer closed before the body was complete: RFC 9112 8.
    static let truncatedBody = HTTPFailure(status: 400, reason: "truncated_body")

    // MARK: Content of the upstream

    /// Compressed bytes that are no valid stream, or bytes after its end: RFC 1950, 1951, 1952.
    static let badCompression = HTTPFailure(status: 502, reason: "bad_compression")
    /// Compressed bytes that ended too soon.
    static let truncatedCompression = HTTPFailure(status: 502, reason: "truncated_compression")
    /// A body that grew more than `Limits.inflateRatioMax` times.
    static let inflateRatio = HTTPFailure(status: 502, reason: "inflate_ratio")
    /// An `event`, `id` or `retry` line over `Limits.eventFieldBytesMax`.
    static let eventFieldTooLong = HTTPFailure(status: 502, reason: "event_field_too_long")

    // MARK: Writing

    /// Bytes that were to be written into a head and would have broken out of their line.
    static let unwritable = HTTPFailure(status: 502, reason: "unwritable_field")
}
