import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct FetchedCredentialTests {
    private func later(_ seconds: Int64) -> WallTime { WallTime(seconds: Forge.now.seconds + seconds) }

    /// A JWT as an authorization server gives it; its signature is nobody's business here.
    private static func token(_ changes: [String: String?] = [:]) -> String {
        let now = Forge.now.seconds
        let claims = Forge.object(
            [("iss", "\"as\""), ("sub", "\"alice\""), ("client_id", "\"louver\""), ("exp", "\(now + 600)")], changes)
        return Forge.text(Forge.token(Forge.header(), claims, Forge.rsa))
    }

    private func answer(_ members: String) throws -> FetchedCredential {
        try FetchedCredential(Forge.bytes("{\(members)}"), requiresActor: false, now: Forge.now)
    }

    /// What is stated, what is written in the token, the earlier of both; five minutes without either, and never more than a day.
    @Test func livesAsLongAsIsSaid() throws {
        #expect(try answer("\"access_token\":\"opaque\"").credential.expires == later(300))
        #expect(try answer("\"access_token\":\"opaque\",\"expires_in\":60").credential.expires == later(60))
        #expect(try answer("\"access_token\":\"opaque\",\"expires_in\":1e9").credential.expires == later(86_400))
        #expect(try answer("\"access_token\":\"\(Self.token())\"").credential.expires == later(600))
        #expect(try answer("\"access_token\":\"\(Self.token())\",\"expires_in\":60").credential.expires == later(60))
        #expect(try answer("\"access_token\":\"\(Self.token())\",\"expires_in\":6000").credential.expires == later(600))
        #expect(try answer("\"access_token\":\"opaque\",\"expires_in\":60").credential.renewal == later(30))
        #expect(
            try answer("\"access_token\":\"opaque\",\"token_type\":\"bearer\"").credential.authorization == Forge.bytes("Bearer opaque"))
    }

    @Test(arguments: [
        "", "[]", "\"error\":\"invalid_grant\"", "\"access_token\":1", "\"access_token\":\"\"", "\"access_token\":\"a b\"",
        "\"access_token\":\"a\\r\\nX: y\"", "\"access_token\":\"opaque\",\"token_type\":\"DPoP\"",
        "\"access_token\":\"opaque\",\"token_type\":1",
        "\"access_token\":\"opaque\",\"expires_in\":5", "\"access_token\":\"opaque\",\"expires_in\":-1",
        "\"access_token\":\"a\",\"access_token\":\"b\"",
    ])
    func refusesWhatIsNoTokenThatLasts(members: String) {
        #expect(throws: IssueFailure.replyUnusable) { _ = try answer(members) }
    }

    @Test func theOneWhoActsCanBeDemanded() throws {
        func answer(_ token: String) throws {
            _ = try FetchedCredential(Forge.bytes("{\"access_token\":\"\(token)\"}"), requiresActor: true, now: Forge.now)
        }
        #expect(throws: IssueFailure.actorMissing) { try answer("opaque") }
        #expect(throws: IssueFailure.actorMissing) { try answer(Self.token()) }
        #expect(throws: IssueFailure.actorMissing) { try answer(Self.token(["act": "\"louver\""])) }
        #expect(throws: Never.self) { try answer(Self.token(["act": "{\"sub\":\"louver\"}"])) }
    }

    @Test func knowsWhomItSpeaksOf() throws {
        func identity(_ changes: [String: String?] = [:]) throws -> Digest256? {
            try answer("\"access_token\":\"\(Self.token(changes))\"").identity
        }
        let first = try identity()
        #expect(first != nil)
        #expect(try identity(["jti": "\"2\""]) == first)
        #expect(try identity(["sub": "\"bob\""]) != first)
        #expect(try identity(["iss": "\"other\""]) != first)
        #expect(try identity(["client_id": nil, "azp": "\"louver\""]) == first)
        #expect(try answer("\"access_token\":\"opaque\"").identity == nil)
    }
}
