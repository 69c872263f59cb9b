import Core
import JSON

/// A token in JWS compact form, taken apart strictly (RFC 7515 section 7.1). Nothing in it is to be believed before its signature is
/// checked.
struct CompactToken {
    let header: TokenHeader
    let claims: JSONDocument
    let signature: [UInt8]
    /// How much of the text is signed: header, dot, payload.
    let signedCount: Int

    init(_ text: Span<UInt8>) throws(TokenRefusal) {
        guard text.count <= Limits.tokenBytesMax else { throw .tokenTooLong }
        var first = 0
        var last = 0
        var dots = 0
        for at in 0..<text.count where text[at] == UInt8(ascii: ".") {
            dots += 1
            if dots == 1 { first = at }
            last = at
        }
        guard dots == 2 else { throw dots == 4 ? .encrypted : .notCompact }
        guard first > 0, last > first + 1 else { throw .notCompact }
        guard last + 1 < text.count else { throw .signatureMissing }
        guard let headerBytes = Base64.decode(text.extracting(0..<first), .url) else { throw .encoding }
        header = try TokenHeader(headerBytes)
        guard let claimsText = Base64.decode(text.extracting(first + 1..<last), .url),
            let signature = Base64.decode(text.extracting(last + 1..<text.count), .url)
        else { throw .encoding }
        do {
            claims = try JSONDocument.parse(claimsText, dialect: .request)
        } catch {
            throw .claimsMalformed
        }
        guard claims.root.kind == .object else { throw .claimsMalformed }
        self.signature = signature
        signedCount = last
    }

    /// The claims, as JSON text, of a token that was taken apart before.
    static func claims(of token: Span<UInt8>) -> [UInt8] {
        let dots = (0..<token.count).filter { token[$0] == UInt8(ascii: ".") }
        guard let first = dots.first, let last = dots.last, first < last else { return [] }
        return Base64.decode(token.extracting(first + 1..<last), .url) ?? []
    }
}
