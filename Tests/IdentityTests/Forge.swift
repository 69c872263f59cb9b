import Core
import Crypto
import TestSupport

@testable import Identity

/// Makes keys and tokens at run time, sound ones and every kind of unsound one.
enum Forge {
    static let now = WallTime(seconds: 1_800_000_000)
    static let issuer = "https://issuer.example"
    static let otherIssuer = "https://other.example"
    static let secretIssuer = "machines"
    static let audience = "https://louver.example/mcp"

    static let rsaPEM = GeneratedKey.rsa()
    static let rsa = signingKey(rsaPEM)
    static let strangerRSA = signingKey(GeneratedKey.rsa())
    static let ec = signingKey(GeneratedKey.ec())
    static let ed = signingKey(GeneratedKey.ed25519())
    static let secretBytes = SecureRandom.bytes(64)

    /// Bytes as a secret.
    static func secret(_ bytes: [UInt8] = secretBytes) -> SecretBytes { SecretBytes(bytes.span) }

    /// The secret as a key for one HS algorithm.
    static func secretKey(_ algorithm: SignatureAlgorithm, _ bytes: [UInt8] = secretBytes) -> SigningKey {
        made { try SigningKey.secret(secret(bytes), algorithm) }
    }

    /// A token with its three parts as given; header and claims are encoded, the signature is the key's.
    static func token(_ header: String, _ claims: String, _ key: SigningKey, _ algorithm: SignatureAlgorithm? = nil) -> [UInt8] {
        let signed = encoded(header) + dot + encoded(claims)
        return signed + dot + Base64.encode(made { try key.sign(algorithm ?? key.defaultAlgorithm, over: signed.span) }, .url)
    }

    /// A token that `verifier` takes, with members of its claims replaced by JSON text, or left out where nil.
    static func sound(_ changes: [String: String?] = [:]) -> [UInt8] {
        token(header(), claims(changes), rsa)
    }

    /// The header of a sound token, with members replaced, added or left out.
    static func header(_ changes: [String: String?] = [:]) -> String {
        object([("alg", "\"RS256\""), ("kid", "\"rsa-1\""), ("typ", "\"at+jwt\"")], changes)
    }

    /// The claims of a sound token, with members replaced, added or left out.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("iss", "\"\(issuer)\""), ("sub", "\"alice\""), ("aud", "\"\(audience)\""), ("client_id", "\"ide\""),
                ("iat", "\(now.seconds - 60)"), ("exp", "\(now.seconds + 540)"), ("scope", "\"airflow:read airflow:logs\""),
                ("groups", "[\"analytics\",\"on-call\"]"), ("jti", "\"t-1\""),
            ], changes)
    }

    /// A JWK of a key's public half, with more members.
    static func jwk(_ key: SigningKey, kid: String?, _ more: String = "") -> String {
        var members = (key.publicParts?.jwkMembers ?? []).map { "\"\($0.name)\":\"\(text($0.value))\"" }
        if let kid { members.append("\"kid\":\"\(kid)\"") }
        return "{" + members.joined(separator: ",") + more + "}"
    }

    static func jwks(_ keys: [String]) -> [UInt8] { [UInt8]("{\"keys\":[\(keys.joined(separator: ","))]}".utf8) }

    static func trust(_ change: (inout IssuerTrust) throws -> Void = { _ in }) -> IssuerTrust {
        made {
            var trust = try IssuerTrust(
                issuer: bytes(issuer), audiences: [bytes(audience)], algorithms: [.rs256, .ps256, .es256, .eddsa],
                keys: .jwks(jwks([jwk(rsa, kid: "rsa-1"), jwk(ec, kid: "ec-1"), jwk(ed, kid: "ed-1")])))
            trust.groupsClaim = try ClaimPath("groups")
            try change(&trust)
            return trust
        }
    }

    /// Trusts three issuers: one with three public keys, one with another key of the same `kid`, one with a secret.
    static let verifier: TokenVerifier = made {
        let other = try IssuerTrust(
            issuer: bytes(otherIssuer), audiences: [bytes(audience)], algorithms: [.rs256],
            keys: .jwks(jwks([jwk(strangerRSA, kid: "rsa-1")])))
        let machines = try IssuerTrust(
            issuer: bytes(secretIssuer), audiences: [bytes(audience)], algorithms: [.hs256],
            keys: KeySet(secrets: [secret()]))
        return try TokenVerifier(issuers: [trust(), other, machines])
    }

    static func verifier(_ change: (inout IssuerTrust) throws -> Void) -> TokenVerifier {
        made { try TokenVerifier(issuers: [trust(change)]) }
    }

    /// A caller as a sound token with these claims makes it.
    static func principal(_ changes: [String: String?] = [:]) throws -> Principal {
        try verifier.verify(sound(changes).span, now: now)
    }

    static let dot = [UInt8(ascii: ".")]

    static func encoded(_ text: String) -> [UInt8] { Base64.encode(bytes(text), .url) }

    static func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func object(_ members: [(String, String)], _ changes: [String: String?]) -> String {
        var all = members.compactMap { name, value -> (String, String)? in
            guard let change = changes[name] else { return (name, value) }
            return change.map { (name, $0) }
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !members.contains(where: { $0.0 == name }) {
            if let value { all.append((name, value)) }
        }
        return "{" + all.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    static func signingKey(_ pem: [UInt8]) -> SigningKey { made { try SigningKey.pem(secret(pem)) } }

    static func made<T>(_ make: () throws -> T) -> T {
        do { return try make() } catch { fatalError("the forge is broken: \(error)") }
    }
}

// The same calls over arrays: an expectation cannot hold a span in the expression it takes apart.

extension TokenVerifier {
    func verify(_ token: [UInt8], certificate: [UInt8]? = nil, now: WallTime = Forge.now) throws(TokenFailure) -> Principal {
        try verify(token.span, certificate: certificate, now: now)
    }

    /// Why a token is refused, or nil if it is taken.
    func refusal(of token: [UInt8], certificate: [UInt8]? = nil, now: WallTime = Forge.now) -> TokenRefusal? {
        do {
            _ = try verify(token.span, certificate: certificate, now: now)
            return nil
        } catch {
            return error.reason
        }
    }
}

extension VerifiedTokens {
    func principal(_ token: [UInt8], _ verifier: TokenVerifier, now: WallTime = Forge.now) throws(TokenFailure) -> Principal {
        try principal(token[...], verifier: verifier, now: now)
    }
}

extension Issuer {
    /// A fresh credential for the caller.
    func credential(for principal: Principal, now: WallTime) throws(IssueFailure) -> UpstreamCredential {
        try IssuedCredentials(capacity: 1).credential(of: principal, from: self, now: now)
    }
}

extension IssuedCredentials {
    /// The caller's credential, which must be there.
    func credential(
        of principal: Principal, from issuer: Issuer, upstream: Int = 0, now: WallTime
    ) throws(IssueFailure) -> UpstreamCredential {
        switch try credential(for: principal, from: issuer, upstream: upstream, now: now) {
        case .ready(let credential), .aging(let credential): return credential
        case .absent: fatalError("the credential is not there")
        }
    }
}

extension BearerToken {
    static func parse(_ text: String) -> BearerToken { parse([UInt8](text.utf8).span) }
}

extension CompactToken {
    static func parse(_ text: [UInt8]) throws(TokenRefusal) -> CompactToken { try CompactToken(text.span) }
}

extension ScopeText {
    static func isScope(_ text: [UInt8]) -> Bool { isScope(text.span) }
}

extension ResourceMetadata {
    func isServed(at path: String) -> Bool { isServed(at: [UInt8](path.utf8).span) }
}
