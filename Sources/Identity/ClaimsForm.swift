import Core

/// Where the claims of a principal stand.
enum ClaimsForm: Sendable {
    /// Apart from the token, as JSON: an issuer was asked, or they were put together from what is known.
    case json([UInt8])
    /// In the token, as the base64url of its payload. Who comes again shows it again, so that nobody has to keep it.
    case payload(ArraySlice<UInt8>)

    /// The JSON text.
    var text: [UInt8] {
        switch self {
        case .json(let text): text
        case .payload(let encoded): Base64.decode(encoded.span, .url) ?? []
        }
    }
}
