import Core
import Testing

@testable import Identity

@Suite struct UpstreamCredentialTests {
    static let rows: [(life: Int64, renewal: Int64)] = [(60, 30), (100, 70), (150, 120), (600, 480), (3_600, 2_880)]

    @Test(arguments: rows) func renewsBeforeTheLastFifth(life: Int64, renewal: Int64) {
        let credential = UpstreamCredential(
            bearer: [0x61], issued: Forge.now, expires: WallTime(seconds: Forge.now.seconds + life))
        #expect(credential.renewal == WallTime(seconds: Forge.now.seconds + renewal))
    }

    @Test func printsNothing() {
        let secret = "hush" + "hush"
        let credential = UpstreamCredential(bearer: Forge.bytes(secret), issued: Forge.now, expires: Forge.now)
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped, "\([credential])", "\(Optional(credential) as Any)"] {
            #expect(!text.contains(secret))
            #expect(!text.contains("104"), "the bytes of the secret")
        }
    }

    @Test func aLastingTokenIsOneToken() throws {
        #expect(try UpstreamCredential.lasting(bearer: Forge.secret(Forge.bytes("abc\r\n"))).authorization == Forge.bytes("Bearer abc"))
        #expect(try UpstreamCredential.lasting(bearer: Forge.secret(Forge.bytes("  abc= "))).authorization == Forge.bytes("Bearer abc="))
        for text in ["", " \n", "a b", "a\nb", "a\u{0}", "\u{e9}"] {
            #expect(throws: IdentityFault.self) { try UpstreamCredential.lasting(bearer: Forge.secret(Forge.bytes(text))) }
        }
        #expect(UpstreamCredential.none.authorization == nil)
    }
}
