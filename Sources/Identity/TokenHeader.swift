import Core
import Crypto
import JSON

/// The header of a token, once everything in it was found harmless (RFC 7515 section 4, RFC 8725 section 3).
struct TokenHeader {
    let algorithm: SignatureAlgorithm
    let keyID: [UInt8]?
    /// Whether `typ` says that this is an access token (RFC 9068 section 2.1) and not just some JWT.
    let isAccessToken: Bool

    init(_ bytes: [UInt8]) throws(TokenRefusal) {
        guard bytes.count <= Limits.tokenHeaderBytesMax else { throw .headerTooLong }
        let document: JSONDocument
        do {
            document = try JSONDocument.parse(bytes, dialect: .request)
        } catch {
            throw .headerMalformed
        }
        let header = document.root
        guard header.kind == .object else { throw .headerMalformed }
        try Self.refuseExtensions(header)
        algorithm = try Self.algorithm(header["alg"])
        isAccessToken = try Self.isAccessToken(header["typ"])
        switch ClaimText.read(header["kid"], bytesMax: Limits.tokenKeyIDBytesMax) {
        case .absent: keyID = nil
        case .text(let text): keyID = text
        case .malformed: throw .keyIDMalformed
        }
    }

    /// Members that would change how the token is to be read, or say where its key comes from. Whatever else stands in a header is
    /// ignored, as RFC 7515 section 4 wants.
    private static func refuseExtensions(_ header: JSONNode) throws(TokenRefusal) {
        if header["crit"] != nil { throw .criticalHeader }
        if header["jku"] != nil || header["x5u"] != nil { throw .keyByURL }
        if header["jwk"] != nil || header["x5c"] != nil { throw .keyInToken }
        if header["b64"] != nil { throw .unencodedPayload }
        if header["zip"] != nil { throw .compressed }
        if header["enc"] != nil { throw .encryptedHeader }
        if let content = header["cty"], !isHarmless(content) { throw .nested }
    }

    private static func algorithm(_ node: JSONNode?) throws(TokenRefusal) -> SignatureAlgorithm {
        enum Named {
            case none, unknown
            case known(SignatureAlgorithm)
        }
        let named = node?.withString { text -> Named in
            if ASCII.equalsIgnoringCase(text, "none") { return .none }
            return SignatureAlgorithm(name: text).map { .known($0) } ?? .unknown
        }
        switch named {
        case nil: throw .algorithmMissing
        case .some(.none): throw .algorithmNone
        case .some(.unknown): throw .algorithmUnknown
        case .some(.known(let algorithm)): return algorithm
        }
    }

    private static func isAccessToken(_ node: JSONNode?) throws(TokenRefusal) -> Bool {
        guard let node else { return false }
        let answer = node.withString { text -> Bool? in
            let type = withoutPrefix(text)
            if ASCII.equalsIgnoringCase(type, "at+jwt") { return true }
            return ASCII.equalsIgnoringCase(type, "jwt") ? false : nil
        }
        guard let answer, let answer else { throw .typeRefused }
        return answer
    }

    /// Whether a content type is anything but a token in the token.
    private static func isHarmless(_ node: JSONNode) -> Bool {
        node.withString { text in
            let type = withoutPrefix(text)
            if ASCII.equalsIgnoringCase(type, "jwt") || ASCII.equalsIgnoringCase(type, "jose") { return false }
            return type.count < 4 || !ASCII.equalsIgnoringCase(type.extracting(type.count - 4..<type.count), "+jwt")
        } ?? false
    }

    /// A media type without the `application/` that RFC 7515 section 4.1.9 lets senders leave out.
    @_lifetime(copy text)
    private static func withoutPrefix(_ text: Span<UInt8>) -> Span<UInt8> {
        let prefix = 12
        guard text.count > prefix, ASCII.equalsIgnoringCase(text.extracting(0..<prefix), "application/") else { return text }
        return text.extracting(prefix..<text.count)
    }
}
