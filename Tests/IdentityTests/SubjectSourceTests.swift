import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct SubjectSourceTests {
    private func name(_ source: SubjectSource, _ claims: [String: String?] = [:]) throws -> String {
        Forge.text(try source.name(of: Forge.principal(claims)))
    }

    @Test func readsTheConfiguredClaim() throws {
        let email = SubjectSource.claim(try ClaimPath("email"))
        #expect(try name(.subject) == "alice")
        #expect(try name(email, ["email": "\"alice@example.com\""]) == "alice@example.com")
        #expect(try name(email, ["email": "42"]) == "42")
        #expect(throws: IssueFailure.subjectMissing) { try name(email) }
        for malformed in ["\"\"", "null", "-1", "4.5", "true", "[\"alice\"]", "\"a\\u0000b\""] {
            #expect(throws: IssueFailure.subjectMalformed) { try name(email, ["email": malformed]) }
        }
    }

    @Test func readsTheTable() throws {
        let names = [Forge.bytes("alice"): Forge.bytes("7")]
        let here = Forge.bytes(Forge.issuer)
        #expect(try name(.table([here: names])) == "7")
        #expect(throws: IssueFailure.noMapping) { try name(.table([Forge.bytes(Forge.otherIssuer): names])) }
        #expect(throws: IssueFailure.noMapping) { try name(.table([here: names]), ["sub": "\"bob\""]) }
    }

    @Test func aMachineWithoutASubjectHasNoName() throws {
        let machine = try Forge.verifier { $0.requiresSubject = false }.verify(Forge.sound(["sub": nil]))
        #expect(throws: IssueFailure.subjectMissing) { try SubjectSource.subject.name(of: machine) }
    }
}
