import Core

/// Where the claims of a principal stand.
enum ClaimsForm: Sendable {
    /// Apart from the token, as JSON: an issuer was asked, or they were put together from what is known.
    case json([UInt8])
    /// In the token as a request shows it. Who comes again shows it again, so that nobody has to keep it.
    case shown(ArraySlice<UInt8>)
    /// In the token as it is kept for a while.
    case kept(SecretBytes)

    /// The JSON text.
    var text: [UInt8] {
        switch self {
        case .json(let text): text
        case .shown(let token): CompactToken.claims(of: token.span)
        case .kept(let token): token.withBytes { CompactToken.claims(of: $0.bindMemory(to: UInt8.self).span) }
        }
    }
}
