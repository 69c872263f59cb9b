import Core
import Crypto
import JSON
import Testing

@testable import Identity

/// Every pitfall of RFC 8725, and what RFC 7515, 7519, 8705 and 9068 forbid: each token with its one expected refusal.
@Suite struct HostileTokenTests {
    static let now = Forge.now.seconds

    static let forms: [Hostile] = [
        Hostile("empty", .notCompact) { [] },
        Hostile("one part", .notCompact) { Forge.bytes("abc") },
        Hostile("two parts", .notCompact) { Forge.encoded(Forge.header()) + Forge.dot + Forge.encoded(Forge.claims()) },
        Hostile("dots only", .notCompact) { Forge.bytes("..") },
        .text("four parts", .notCompact) { $0 + ".AA" },
        .text("five parts", .encrypted) { $0 + ".AA.AA" },
        .text("six parts", .notCompact) { $0 + ".AA.AA.AA" },
        .text("a dot in front", .notCompact) { "." + $0 },
        .text("a dot behind", .notCompact) { $0 + "." },
        .text("no header", .notCompact) { String($0[($0.firstIndex(of: ".") ?? $0.startIndex)...]) },
        .text("no payload", .notCompact) { text in
            let parts = text.split(separator: ".")
            return "\(parts[0])..\(parts[2])"
        },
        .text("no signature", .signatureMissing) { $0.split(separator: ".").prefix(2).joined(separator: ".") + "." },
        .text("padded signature", .encoding) { $0 + "==" },
        .text("padded header", .encoding) { text in text.replacing(".", with: "=.", maxReplacements: 1) },
        .text("standard alphabet", .encoding) { $0 + "+/+/" },
        .text("space in front", .encoding) { " " + $0 },
        .text("space behind", .encoding) { $0 + " " },
        .text("line break inside", .encoding) { $0.replacing(".", with: ".\n", maxReplacements: 1) },
        .text("NUL behind", .encoding) { $0 + "\u{0}" },
        .text("percent encoding", .encoding) { $0 + "%41" },
        Hostile("bits to spare in the signature", .encoding) { spareBits(in: Forge.sound()) },
        Hostile("too long", .tokenTooLong) { Forge.sound(["pad": "\"" + String(repeating: "a", count: Limits.tokenBytesMax) + "\""]) },
        Hostile("header too long", .headerTooLong) {
            Forge.token(Forge.header(["pad": "\"" + String(repeating: "a", count: 2_048) + "\""]), Forge.claims(), Forge.rsa)
        },
    ]

    static let headers: [Hostile] = [
        .head("header is a list", .headerMalformed, "[]"),
        .head("header is a string", .headerMalformed, "\"RS256\""),
        .head("header is null", .headerMalformed, "null"),
        .head("header is nothing", .headerMalformed, " "),
        .head("header is cut off", .headerMalformed, "{\"alg\":\"RS256\""),
        .head("header with a comma too many", .headerMalformed, "{\"alg\":\"RS256\",}"),
        .head("header with text behind", .headerMalformed, "{\"alg\":\"RS256\"}{}"),
        .head("header with a byte order mark", .headerMalformed, "\u{feff}{\"alg\":\"RS256\"}"),
        .head("alg twice", .headerMalformed, "{\"alg\":\"RS256\",\"alg\":\"RS256\"}"),
        .head("alg twice, once escaped", .headerMalformed, "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}"),
        .head("kid twice", .headerMalformed, "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"kid\":\"ec-1\"}"),
        .header("no alg", .algorithmMissing, ["alg": nil]),
        .header("alg is null", .algorithmMissing, ["alg": "null"]),
        .header("alg is a list", .algorithmMissing, ["alg": "[\"RS256\"]"]),
        .header("alg none", .algorithmNone, ["alg": "\"none\""]),
        .header("alg None", .algorithmNone, ["alg": "\"None\""]),
        .header("alg NONE", .algorithmNone, ["alg": "\"NONE\""]),
        .header("alg nOnE", .algorithmNone, ["alg": "\"nOnE\""]),
        .header("alg with an escape", .algorithmNone, ["alg": "\"n\\u006fne\""]),
        .header("alg empty", .algorithmUnknown, ["alg": "\"\""]),
        .header("alg in lower case", .algorithmUnknown, ["alg": "\"rs256\""]),
        .header("alg RS1", .algorithmUnknown, ["alg": "\"RS1\""]),
        .header("alg ES256K", .algorithmUnknown, ["alg": "\"ES256K\""]),
        .header("alg with a space", .algorithmUnknown, ["alg": "\"RS256 \""]),
        .header("alg of encryption", .algorithmUnknown, ["alg": "\"RSA-OAEP\""]),
        .header("alg not pinned", .algorithmRefused, ["alg": "\"RS512\""]),
        .header("alg HS256 where keys are public", .algorithmRefused, ["alg": "\"HS256\""]),
        .header("crit", .criticalHeader, ["crit": "[\"exp\"]"]),
        .header("crit empty", .criticalHeader, ["crit": "[]"]),
        .header("crit null", .criticalHeader, ["crit": "null"]),
        .header("jku", .keyByURL, ["jku": "\"https://evil.example/jwks.json\""]),
        .header("jku of the issuer itself", .keyByURL, ["jku": "\"\(Forge.issuer)/jwks.json\""]),
        .header("x5u", .keyByURL, ["x5u": "\"https://evil.example/cert.pem\""]),
        .header("x5c", .keyInToken, ["x5c": "[\"MIIB\"]"]),
        Hostile("jwk that fits the signature", .keyInToken) {
            Forge.token(Forge.header(["jwk": Forge.jwk(Forge.strangerRSA, kid: "rsa-1")]), Forge.claims(), Forge.strangerRSA)
        },
        .header("b64 false", .unencodedPayload, ["b64": "false"]),
        .header("b64 true", .unencodedPayload, ["b64": "true"]),
        .header("zip", .compressed, ["zip": "\"DEF\""]),
        .header("enc", .encryptedHeader, ["enc": "\"A256GCM\""]),
        .header("cty JWT", .nested, ["cty": "\"JWT\""]),
        .header("cty jwt", .nested, ["cty": "\"jwt\""]),
        .header("cty application/jwt", .nested, ["cty": "\"application/jwt\""]),
        .header("cty of another token", .nested, ["cty": "\"secevent+jwt\""]),
        .header("cty is a number", .nested, ["cty": "1"]),
        .header("typ of an ID-JAG", .typeRefused, ["typ": "\"oauth-id-jag+jwt\""]),
        .header("typ of a logout token", .typeRefused, ["typ": "\"logout+jwt\""]),
        .header("typ of a DPoP proof", .typeRefused, ["typ": "\"dpop+jwt\""]),
        .header("typ JOSE", .typeRefused, ["typ": "\"JOSE\""]),
        .header("typ empty", .typeRefused, ["typ": "\"\""]),
        .header("typ is null", .typeRefused, ["typ": "null"]),
        .header("typ application/", .typeRefused, ["typ": "\"application/\""]),
        .header("kid is a number", .keyIDMalformed, ["kid": "1"]),
        .header("kid is null", .keyIDMalformed, ["kid": "null"]),
        .header("kid is empty", .keyIDMalformed, ["kid": "\"\""]),
        .header("kid with a NUL", .keyIDMalformed, ["kid": "\"rsa-1\\u0000\""]),
        .header("kid with a line break", .keyIDMalformed, ["kid": "\"rsa-1\\n\""]),
        .header("kid too long", .keyIDMalformed, ["kid": "\"" + String(repeating: "k", count: 257) + "\""]),
        .header("kid is a path", .keyUnknown, ["kid": "\"../../../../dev/null\""]),
        .header("kid is a query", .keyUnknown, ["kid": "\"x' UNION SELECT 'key' --\""]),
        .header("kid in another case", .keyUnknown, ["kid": "\"RSA-1\""]),
        .header("kid unknown", .keyUnknown, ["kid": "\"rsa-2\""]),
        .header("kid of a key for another algorithm", .keyMismatch, ["kid": "\"ec-1\""]),
        .header("kid left out and another alg said", .signatureWrong, ["kid": nil, "alg": "\"PS256\""]),
    ]

    static let signatures: [Hostile] = [
        Hostile("signed by a stranger", .signatureWrong) { Forge.token(Forge.header(), Forge.claims(), Forge.strangerRSA) },
        Hostile("signed by another issuer of the same kid", .signatureWrong) {
            Forge.token(Forge.header(), Forge.claims(["iss": "\"\(Forge.otherIssuer)\""]), Forge.rsa)
        },
        Hostile("PSS said, PKCS#1 made", .signatureWrong) { Forge.token(Forge.header(["alg": "\"PS256\""]), Forge.claims(), Forge.rsa) },
        Hostile("RS256 said, PSS made", .signatureWrong) { Forge.token(Forge.header(), Forge.claims(), Forge.rsa, .ps256) },
        Hostile("signature of one zero", .signatureWrong) { unsigned(Forge.header()) + [0x41, 0x41] },
        Hostile("signature of zeros for ES256", .signatureWrong) {
            unsigned(Forge.header(["alg": "\"ES256\"", "kid": "\"ec-1\""])) + [UInt8](repeating: 0x41, count: 86)
        },
        Hostile("ES256 signature in DER", .signatureWrong) {
            unsigned(Forge.header(["alg": "\"ES256\"", "kid": "\"ec-1\""])) + Base64.encode([0x30, 6, 2, 1, 1, 2, 1, 1], .url)
        },
        Hostile("EdDSA with the wrong key", .signatureWrong) {
            Forge.token(Forge.header(["alg": "\"EdDSA\"", "kid": "\"ed-1\""]), Forge.claims(), Forge.ec)
        },
        Hostile("HS256 keyed with the public key's PEM", .algorithmRefused) {
            let secret = Forge.secretKey(.hs256, Forge.rsaPEM)
            return Forge.token(Forge.header(["alg": "\"HS256\""]), Forge.claims(), secret)
        },
        Hostile("HS256 with an empty-looking key", .signatureWrong) {
            Forge.token(machineHeader, machineClaims(), Forge.secretKey(.hs256, [0]))
        },
        Hostile("HS512 where HS256 is pinned", .algorithmRefused) {
            Forge.token("{\"alg\":\"HS512\"}", machineClaims(), Forge.secretKey(.hs512))
        },
        Hostile("HS256 cut to 16 bytes", .signatureWrong) {
            let token = Forge.text(Forge.token(machineHeader, machineClaims(), Forge.secretKey(.hs256)))
            let parts = token.split(separator: ".")
            let code = Base64.decode(Forge.bytes(String(parts[2])), .url) ?? []
            return Forge.bytes("\(parts[0]).\(parts[1]).") + Base64.encode([UInt8](code[..<16]), .url)
        },
        Hostile("public-key algorithm for the issuer with a secret", .algorithmRefused) {
            Forge.token(Forge.header(), machineClaims(), Forge.rsa)
        },
        Hostile("payload of another token", .signatureWrong) {
            let parts = Forge.text(Forge.sound()).split(separator: ".")
            return Forge.bytes("\(parts[0]).") + Forge.encoded(Forge.claims(["sub": "\"admin\""])) + Forge.bytes(".\(parts[2])")
        },
        Hostile("header of another token", .signatureWrong) {
            let parts = Forge.text(Forge.sound()).split(separator: ".")
            return Forge.encoded(Forge.header(["typ": "\"JWT\""])) + Forge.bytes(".\(parts[1]).\(parts[2])")
        },
    ]

    static let payloads: [Hostile] = [
        .payload("claims are a list", .claimsMalformed, "[]"),
        .payload("claims are a token", .claimsMalformed, Forge.text(Forge.encoded("{\"alg\":\"none\"}")) + ".e30."),
        .payload("claims are a string", .claimsMalformed, "\"alice\""),
        .payload("claims cut off", .claimsMalformed, "{\"sub\":\"alice\""),
        .payload("sub twice", .claimsMalformed, "{\"sub\":\"alice\",\"sub\":\"admin\"}"),
        .payload("sub twice, once escaped", .claimsMalformed, "{\"sub\":\"alice\",\"s\\u0075b\":\"admin\"}"),
        .payload("a member twice inside", .claimsMalformed, "{\"a\":{\"b\":1,\"b\":2}}"),
        .payload("a lone surrogate", .claimsMalformed, "{\"sub\":\"\\ud800\"}"),
        .payload("not a number", .claimsMalformed, "{\"exp\":NaN}"),
        .payload("deep", .claimsMalformed, "{\"a\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}"),
        Hostile("claims not in UTF-8", .claimsMalformed) {
            let signed =
                Forge.encoded(Forge.header()) + Forge.dot + Base64.encode(Forge.bytes("{\"sub\":\"") + [0xFF] + Forge.bytes("\"}"), .url)
            return signed + Forge.dot + Base64.encode(Forge.made { try Forge.rsa.sign(.rs256, over: signed.span) }, .url)
        },
        .claims("no iss", .issuerMissing, ["iss": nil]),
        .claims("iss is null", .issuerMalformed, ["iss": "null"]),
        .claims("iss is a list", .issuerMalformed, ["iss": "[\"\(Forge.issuer)\"]"]),
        .claims("iss is empty", .issuerMalformed, ["iss": "\"\""]),
        .claims("iss with a NUL", .issuerMalformed, ["iss": "\"\(Forge.issuer)\\u0000\""]),
        .claims("iss with a slash behind", .issuerUnknown, ["iss": "\"\(Forge.issuer)/\""]),
        .claims("iss in another case", .issuerUnknown, ["iss": "\"HTTPS://issuer.example\""]),
        .claims("iss of a stranger", .issuerUnknown, ["iss": "\"https://evil.example\""]),
        .claims("iss with a space", .issuerUnknown, ["iss": "\" \(Forge.issuer)\""]),
        .claims("iss of the issuer with a secret", .algorithmRefused, ["iss": "\"\(Forge.secretIssuer)\""]),
    ]

    static let times: [Hostile] = [
        .claims("no exp", .expiryMissing, ["exp": nil]),
        .claims("exp is a string", .expiryMalformed, ["exp": "\"\(now + 540)\""]),
        .claims("exp is null", .expiryMalformed, ["exp": "null"]),
        .claims("exp is negative", .expiryMalformed, ["exp": "-1"]),
        .claims("exp in milliseconds", .expiryMalformed, ["exp": "\(now * 1_000)"]),
        .claims("exp beyond any number", .expiryMalformed, ["exp": "1e400"]),
        .claims("exp overflows", .expiryMalformed, ["exp": "9223372036854775807"]),
        .claims("exp wraps around", .expiryMalformed, ["exp": "18446744073709551617"]),
        .claims("exp with an exponent and a fraction", .expiryMalformed, ["exp": "1.80000054057e9"]),
        .claims("expired", .expired, ["exp": "\(now - 31)", "iat": "\(now - 600)"]),
        .claims("expired at the end of the leeway", .expired, ["exp": "\(now - 30)", "iat": "\(now - 600)"]),
        .claims("expired by its fraction", .expired, ["exp": "\(now - 30).9", "iat": "\(now - 600)"]),
        .claims("expired long ago", .expired, ["exp": "0"]),
        .claims("nbf to come", .notYetValid, ["nbf": "\(now + 31)"]),
        .claims("nbf to come by its fraction", .notYetValid, ["nbf": "\(now + 30).1"]),
        .claims("nbf is a string", .notBeforeMalformed, ["nbf": "\"0\""]),
        .claims("nbf is null", .notBeforeMalformed, ["nbf": "null"]),
        .claims("iat to come", .issuedInFuture, ["iat": "\(now + 31)"]),
        .claims("iat is a string", .issuedAtMalformed, ["iat": "\"0\""]),
        .claims("iat is a list", .issuedAtMalformed, ["iat": "[]"]),
        .claims("exp before iat", .lifetimeNegative, ["iat": "\(now + 20)", "exp": "\(now + 10)"]),
        .claims("exp at iat", .lifetimeNegative, ["iat": "\(now + 20)", "exp": "\(now + 20)"]),
        .claims("lives a second too long", .lifetimeTooLong, ["iat": "\(now)", "exp": "\(now + 86_401)"]),
        .claims("lives ten years", .lifetimeTooLong, ["exp": "\(now + 315_360_000)"]),
        .claims("ten years, no iat", .lifetimeTooLong, ["iat": nil, "exp": "\(now + 315_360_000)"]),
        .claims("issued long ago for long", .lifetimeTooLong, ["iat": "0"]),
    ]

    static let claims: [Hostile] = [
        .claims("no aud", .audienceMissing, ["aud": nil]),
        .claims("aud is null", .audienceMalformed, ["aud": "null"]),
        .claims("aud is a number", .audienceMalformed, ["aud": "1"]),
        .claims("aud is an object", .audienceMalformed, ["aud": "{\"\(Forge.audience)\":1}"]),
        .claims("aud is empty", .audienceMalformed, ["aud": "\"\""]),
        .claims("aud holds a number", .audienceMalformed, ["aud": "[\"\(Forge.audience)\",1]"]),
        .claims("aud has too many", .audienceMalformed, ["aud": "[" + (0..<33).map { "\"a\($0)\"" }.joined(separator: ",") + "]"]),
        .claims("aud is an empty list", .audienceWrong, ["aud": "[]"]),
        .claims("aud is somebody else", .audienceWrong, ["aud": "\"https://other.example/mcp\""]),
        .claims("aud is our host only", .audienceWrong, ["aud": "\"https://louver.example\""]),
        .claims("aud with a slash behind", .audienceWrong, ["aud": "\"\(Forge.audience)/\""]),
        .claims("aud goes on", .audienceWrong, ["aud": "\"\(Forge.audience).evil.example\""]),
        .claims("aud in another case", .audienceWrong, ["aud": "\"https://LOUVER.example/mcp\""]),
        .claims("aud is Airflow", .audienceWrong, ["aud": "\"apache-airflow\""]),
        .claims("no sub", .subjectMissing, ["sub": nil]),
        .claims("sub is a number", .subjectMalformed, ["sub": "1"]),
        .claims("sub is null", .subjectMalformed, ["sub": "null"]),
        .claims("sub is empty", .subjectMalformed, ["sub": "\"\""]),
        .claims("sub with a NUL", .subjectMalformed, ["sub": "\"alice\\u0000admin\""]),
        .claims("sub with a line break", .subjectMalformed, ["sub": "\"alice\\nadmin\""]),
        .claims("sub with an escape sequence", .subjectMalformed, ["sub": "\"\\u001b[2Jalice\""]),
        .claims("sub too long", .subjectMalformed, ["sub": "\"" + String(repeating: "a", count: 1_025) + "\""]),
        .claims("client_id is a number", .clientMalformed, ["client_id": "7"]),
        .claims("client_id with a NUL", .clientMalformed, ["client_id": "\"ide\\u0000\""]),
        .claims("azp is a list", .clientMalformed, ["client_id": nil, "azp": "[\"ide\"]"]),
        .claims("jti is a number", .tokenIDMalformed, ["jti": "7"]),
        .claims("jti is empty", .tokenIDMalformed, ["jti": "\"\""]),
        .claims("scope is a number", .scopeMalformed, ["scope": "1"]),
        .claims("scope is an object", .scopeMalformed, ["scope": "{}"]),
        .claims("scope with a quote", .scopeMalformed, ["scope": "\"airflow:read\\\"\""]),
        .claims("scope with a line break", .scopeMalformed, ["scope": "\"airflow:read\\r\\nX: y\""]),
        .claims("scope with a backslash", .scopeMalformed, ["scope": "\"airflow\\\\read\""]),
        .claims("scope beyond ASCII", .scopeMalformed, ["scope": "\"airflow:r\u{e9}ad\""]),
        .claims("scope holds a number", .scopeMalformed, ["scope": "[\"airflow:read\",1]"]),
        .claims("too many scopes", .scopeMalformed, ["scope": "\"" + (0..<257).map { "s\($0)" }.joined(separator: " ") + "\""]),
        .claims("groups is a number", .groupsMalformed, ["groups": "1"]),
        .claims("groups holds an object", .groupsMalformed, ["groups": "[\"analytics\",{}]"]),
        .claims("groups is an object", .groupsMalformed, ["groups": "{\"admin\":true}"]),
        .claims("a group with a NUL", .groupsMalformed, ["groups": "[\"admin\\u0000\"]"]),
        .claims("too many groups", .groupsMalformed, ["groups": "[" + (0...1_024).map { "\"\($0)\"" }.joined(separator: ",") + "]"]),
        .claims("bound to a DPoP key", .confirmationUnsupported, ["cnf": "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}"]),
        .claims("bound to a key", .confirmationUnsupported, ["cnf": "{\"jwk\":{}}"]),
        .claims("bound to nothing", .confirmationUnsupported, ["cnf": "{}"]),
        .claims("cnf is null", .confirmationUnsupported, ["cnf": "null"]),
        .claims("cnf is a string", .confirmationUnsupported, ["cnf": "\"x\""]),
        .claims("bound twice", .confirmationUnsupported, ["cnf": "{\"x5t#S256\":\"\(thumbprint)\",\"jkt\":\"x\"}"]),
        .claims("thumbprint too short", .confirmationMalformed, ["cnf": "{\"x5t#S256\":\"AAAA\"}"]),
        .claims("thumbprint in hexadecimal", .confirmationMalformed, ["cnf": "{\"x5t#S256\":\"\(String(repeating: "ab", count: 32))\"}"]),
        .claims("thumbprint is a number", .confirmationMalformed, ["cnf": "{\"x5t#S256\":1}"]),
        .claims("bound, and no certificate shown", .certificateMissing, ["cnf": "{\"x5t#S256\":\"\(thumbprint)\"}"]),
    ]

    static let rows = forms + headers + signatures + payloads + times + claims

    @Test(arguments: rows) func isRefused(_ hostile: Hostile) {
        #expect(Forge.verifier.refusal(of: hostile.make()) == hostile.refusal)
    }

    @Test func theTableIsLong() {
        #expect(Self.rows.count >= 150)
        #expect(Set(Self.rows.map(\.name)).count == Self.rows.count, "two rows have the same name")
    }

    @Test func whatSurroundsTheTableIsTaken() {
        #expect(Forge.verifier.refusal(of: Forge.sound()) == nil)
        #expect(Forge.verifier.refusal(of: Forge.token(Self.machineHeader, Self.machineClaims(), Forge.secretKey(.hs256))) == nil)
    }

    private static let machineHeader = "{\"alg\":\"HS256\",\"kid\":\"not-used\"}"
    private static let thumbprint = Forge.text(Base64.encode([UInt8](repeating: 9, count: 32), .url))

    private static func machineClaims() -> String { Forge.claims(["iss": "\"\(Forge.secretIssuer)\""]) }

    private static func unsigned(_ header: String) -> [UInt8] {
        Forge.encoded(header) + Forge.dot + Forge.encoded(Forge.claims()) + Forge.dot
    }

    /// The same signature in another spelling: its last letter carries bits that no byte holds.
    private static func spareBits(in token: [UInt8]) -> [UInt8] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        guard let last = token.last, let place = letters.firstIndex(of: last) else { return token }
        return token.dropLast() + [letters[place | 1]]
    }
}
