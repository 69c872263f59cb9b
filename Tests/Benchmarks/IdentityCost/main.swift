import Core
import Crypto
import Identity
import TestSupport

// What a caller costs who is known already: the token found among those that were verified, the credential among those that were issued.
// As for a new connection of a known caller; a connection that has seen its caller before compares bytes instead.

let callers = 1_000
let calls = 100_000
let rounds = 9

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func made<R>(_ make: () throws -> R) -> R {
    do { return try make() } catch { fatalError("identity-cost: \(error)") }
}

let now = WallTime.now()
let resource = bytes("https://louver.example/mcp")
let issuing = made {
    try ClientTokens(
        issuer: bytes("https://idp.example/realms/analytics"), key: .pem(SecretBytes(GeneratedKey.rsa().span)), keyID: bytes("bench"),
        audiences: [resource], lifetime: .seconds(3_600), chain: .seconds(3_600))
}
let verifier = made { try TokenVerifier(issuers: [issuing.trust([issuing.published])]) }
let tokens = (0..<callers).map { number in
    var holder = ClientTokens.Holder(subject: bytes("user-\(number)@example.com"))
    holder.client = bytes("assistant")
    holder.groups = [bytes("analytics"), bytes("on-call")]
    holder.scopes = [bytes("airflow:read")]
    return made { try issuing.issue(holder, now: now) }
}
let mint = made {
    try AirflowMint(
        key: .secret(SecretBytes(SecureRandom.bytes(64).span), .hs512),
        roles: RoleMapping([RoleRule(.groups([bytes("analytics")]), issuer: nil, role: .viewer)]))
}
let issuer = Issuer(.mint(mint))
let verified = VerifiedTokens()
let issued = IssuedCredentials()

@MainActor
func credential(_ token: [UInt8]) throws -> Int {
    let principal = try verified.principal(token[...], verifier: verifier, now: now)
    guard case .ready(let credential) = try issued.credential(for: principal, from: issuer, upstream: 0, now: now) else { return 0 }
    return credential.authorization?.count ?? 0
}

for token in tokens { _ = made { try credential(token) } }
var best = UInt64.max
for _ in 0..<rounds {
    var sum = 0
    let began = Instant.now()
    for call in 0..<calls { sum += made { try credential(tokens[call % callers]) } }
    best = min(best, Instant.now().nanoseconds(since: began) / UInt64(calls))
    guard sum > calls else { fatalError("what is measured must be a credential") }
}
guard verified.misses == callers, issued.issued == callers else { fatalError("what is measured must be remembered") }
print("cached verify and cached reissue: \(best) ns a call, tokens of \(tokens[0].count) bytes, \(callers) callers")
