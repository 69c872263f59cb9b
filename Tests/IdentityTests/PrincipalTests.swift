import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct PrincipalTests {
    private func principal(_ issuer: String, _ client: String?, _ subject: String) throws -> Principal {
        Principal(
            issuer: Forge.bytes(issuer), subject: Forge.bytes(subject), client: client.map(Forge.bytes),
            claims: try JSONDocument.parse(Forge.bytes("{}")), expires: Forge.now, tokenDigest: Digest.sha256Value([UInt8]().span))
    }

    @Test func theKeyIsTheDigestOfWhoItIs() throws {
        let principal = try principal("i", "c", "s")
        #expect(principal.key == [UInt8](Digest.sha256(Forge.bytes("i\u{0}c\u{0}s").span)[..<16]))
        #expect(withUnsafeBytes(of: principal.keyValue) { [UInt8]($0) } == principal.key)
    }

    @Test func theKeyTellsCallersApart() throws {
        let keys = try [
            principal("i", "c", "s"), principal("i", nil, "s"), principal("i", "cs", ""), principal("ic", nil, "s"),
            principal("i", "s", "c"),
            principal("", "i", "cs"),
        ].map(\.key)
        #expect(Set(keys).count == keys.count)
    }

    @Test func theKeyStaysWithTheCaller() throws {
        let first = try Forge.principal()
        let later = try Forge.principal(["jti": "\"t-2\"", "exp": "\(Forge.now.seconds + 300)", "groups": "[]", "scope": "\"x\""])
        #expect(first.key == later.key)
        #expect(first.tokenDigest != later.tokenDigest)
    }

    @Test func claimsComeBackAsTheyWere() throws {
        let claims = try Forge.principal(["x": "{\"y\":[1.50,true]}"]).claims
        #expect(claims.root["x"]?.withSource { $0.withUnsafeBufferPointer { [UInt8]($0) } } == Forge.bytes("{\"y\":[1.50,true]}"))
        let inside = try JSONDocument.parse(Forge.bytes(" {\"sub\":\"s\"} "))
        let principal = Principal(
            issuer: [0x69], subject: [0x73], claims: inside, expires: Forge.now, tokenDigest: Digest.sha256Value([UInt8]().span))
        #expect(principal.claims.root["sub"]?.equals("s") == true)
    }
}
