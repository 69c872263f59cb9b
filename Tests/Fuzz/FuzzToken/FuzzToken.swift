import Core
import Crypto
import FuzzSupport
import Identity
import JSON

/// Headers and claims of the fuzzer's making, signed rightly: what is behind the signature is reached. The first line is the header, the
/// rest the claims. The same bytes are also tried as a token, an `Authorization` value and a key set.
@main struct FuzzToken {
    static func main() {
        FuzzDriver("FuzzToken", check).run()
    }

    nonisolated private static let now = WallTime(seconds: 1_800_000_000)
    nonisolated private static let issuer = "https://issuer.example"
    nonisolated private static let audience = "https://louver.example/mcp"
    nonisolated private static let secret = SecretBytes([UInt8](0..<64).span)

    nonisolated private static let verifier: TokenVerifier? = {
        guard let keys = try? KeySet(secrets: [secret]) else { return nil }
        guard
            let trust = try? IssuerTrust(
                issuer: [UInt8](issuer.utf8), audiences: [[UInt8](audience.utf8)], algorithms: [.hs256], keys: keys)
        else { return nil }
        return try? TokenVerifier(issuers: [trust])
    }()

    nonisolated static func check(_ input: FuzzInput) {
        guard let verifier else { fatalError("the verifier's own settings are refused") }
        _ = BearerToken.parse(input.bytes.span)
        FuzzInput.require((try? verifier.verify(input.bytes.span, now: now)) == nil, "a token that nobody signed is taken")
        _ = try? KeySet.jwks(input.bytes)

        let parts = input.bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let signed = Base64.encode([UInt8](parts[0]), .url) + [UInt8(ascii: ".")] + Base64.encode([UInt8](parts[1]), .url)
        let mac = HMACKey(secret, hash: .sha256).authenticate(signed.span)
        let token = signed + [UInt8(ascii: ".")] + Base64.encode(mac, .url)
        guard let principal = try? verifier.verify(token.span, now: now) else { return }
        checkAccepted([UInt8](parts[0]), [UInt8](parts[1]), principal)
        var forged = token
        forged[0] ^= 1
        FuzzInput.require((try? verifier.verify(forged.span, now: now)) == nil, "a token that was changed is taken")
    }

    /// What must hold for a token that was taken, looked up anew.
    nonisolated private static func checkAccepted(_ header: [UInt8], _ claims: [UInt8], _ principal: Principal) {
        guard let header = try? JSONDocument.parse(header).root, let claims = try? JSONDocument.parse(claims).root else {
            fatalError("a token that is not JSON is taken")
        }
        FuzzInput.require(header["alg"]?.equals("HS256") == true, "another algorithm is taken")
        FuzzInput.require(header["crit"] == nil, "a critical extension is passed over")
        FuzzInput.require(claims["iss"]?.string == [UInt8](issuer.utf8), "another issuer is taken")
        var isForUs = claims["aud"]?.string == [UInt8](audience.utf8)
        claims["aud"]?.forEachElement { if $0.string == [UInt8](audience.utf8) { isForUs = true } }
        FuzzInput.require(isForUs, "a token for somebody else is taken")
        FuzzInput.require(principal.expires.seconds > now.seconds - 31, "a token that has expired is taken")
        FuzzInput.require(!principal.subject.isEmpty || principal.client != nil, "a token of nobody is taken")
    }
}
