import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct PublishedKeysTests {
    @Test func theDocumentIsOneThatWeReadOurselves() throws {
        let keys = [Forge.rsa, Forge.ed, Forge.ec]
        let entries = [
            try PublishedKeys.Entry(Forge.rsa, id: Forge.bytes("rsa-1")), try PublishedKeys.Entry(Forge.ed),
            try PublishedKeys.Entry(#require(Forge.ec.verifyingKey), id: Forge.bytes("a \"quoted\" name")),
        ]
        let document = try PublishedKeys(entries).document
        let set = try KeySet.jwks(document)
        #expect(set.count == 3)
        #expect(set.skippedCount == 0)
        let text = Forge.bytes("signed")
        for (key, entry) in zip(keys, entries) {
            let signature = try key.sign(entry.algorithm, over: text.span)
            try set.check(entry.algorithm, keyID: entry.id, signature: signature.span, over: text.span)
        }
    }

    @Test func theShapeIsWhatAirflowWants() throws {
        let document = try PublishedKeys([PublishedKeys.Entry(Forge.ed)]).document
        let x = Forge.member("x", of: Forge.ed)
        let kid = Forge.text(try #require(Forge.ed.publicParts).thumbprint())
        #expect(
            Forge.text(document)
                == "{\"keys\":[{\"kid\":\"\(kid)\",\"use\":\"sig\",\"alg\":\"EdDSA\",\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(x)\"}]}")
    }

    @Test func secretsAndPrivatePartsStayInside() throws {
        #expect(throws: IdentityFault.self) { try PublishedKeys.Entry(Forge.secretKey(.hs512)) }
        let document = try JSONDocument.parse(PublishedKeys([PublishedKeys.Entry(Forge.rsa)]).document)
        var names: Set<String> = []
        document.root["keys"]?.forEachElement { key in
            key.forEachMember { name, _ in names.insert(Forge.text(name.withUnsafeBufferPointer { [UInt8]($0) })) }
        }
        #expect(names == ["kid", "use", "alg", "kty", "n", "e"])
    }

    @Test func settingsAreChecked() throws {
        #expect(throws: IdentityFault.self) { try PublishedKeys.Entry(Forge.rsa, algorithm: .eddsa) }
        #expect(throws: IdentityFault.self) { try PublishedKeys.Entry(Forge.rsa, id: []) }
        #expect(throws: IdentityFault.self) { try PublishedKeys.Entry(Forge.rsa, id: [0x0A]) }
        let one = try PublishedKeys.Entry(Forge.rsa, id: [0x61])
        let two = try PublishedKeys.Entry(Forge.ed, id: [0x61])
        #expect(throws: IdentityFault.self) { try PublishedKeys([one, two]) }
        #expect(try PublishedKeys([one, one]).count == 1, "one key may sign for several upstreams")
        #expect(try PublishedKeys([]).document == Forge.bytes("{\"keys\":[]}"))
    }
}
