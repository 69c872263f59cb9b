import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct IssuedCredentialsTests {
    private static func issuer(lifetime: Duration = .seconds(600)) -> Issuer {
        Forge.made { Issuer(.mint(try AirflowMintTests.mint(lifetime: lifetime))) }
    }

    private func later(_ seconds: Int64) -> WallTime { WallTime(seconds: Forge.now.seconds + seconds) }

    /// One claim of the token in a credential.
    private func claim(_ name: StaticString, of credential: UpstreamCredential) throws -> String? {
        let bytes = try AirflowMintTests.token(credential)
        let token = try CompactToken(bytes.span)
        return token.claims.root[name]?.string.map(Forge.text)
    }

    /// The role that a caller in these groups is given upstream.
    private func role(_ groups: String, _ issued: IssuedCredentials, _ issuer: Issuer) throws -> String? {
        let principal = try Forge.principal(["groups": groups])
        return try claim("role", of: issued.credential(of: principal, from: issuer, upstream: 0, now: Forge.now))
    }

    @Test func keepsACredentialUntilItsLastFifth() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Self.issuer()
        let principal = try Forge.principal()
        let first = try issued.credential(of: principal, from: issuer, upstream: 0, now: Forge.now)
        #expect(try issued.credential(of: principal, from: issuer, upstream: 0, now: later(479)).authorization == first.authorization)
        let second = try issued.credential(of: principal, from: issuer, upstream: 0, now: later(480))
        #expect(second.authorization != first.authorization)
        #expect(second.expires == later(1_080))
        #expect(issued.issued == 2)
        #expect(issued.count == 1)
        #expect(try claim("sub", of: first) == claim("sub", of: second))
        #expect(try claim("jti", of: first) != claim("jti", of: second))
    }

    @Test func isSharedByTheTokensOfOneCaller() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Self.issuer()
        let first = try issued.credential(of: Forge.principal(), from: issuer, upstream: 0, now: Forge.now)
        let renewed = try Forge.principal(["jti": "\"t-2\""])
        #expect(try issued.credential(of: renewed, from: issuer, upstream: 0, now: later(1)).authorization == first.authorization)
        #expect(issued.issued == 1)
    }

    /// A caller who lost a group loses the role with the next token, whatever is still in memory; and gets it with the first.
    @Test func rightsFollowTheToken() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Self.issuer()
        #expect(try role("[\"admins\"]", issued, issuer) == "admin")
        #expect(try role("[\"analytics\"]", issued, issuer) == "viewer")
        #expect(throws: IssueFailure.noMapping) { try role("[]", issued, issuer) }
        #expect(try role("[\"admins\",\"analytics\"]", issued, issuer) == "admin")
        #expect(issued.count == 1)
    }

    /// An issuer that is asked again about the same token may have taken a group away.
    @Test func rightsFollowWhatAnIssuerSays() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Self.issuer()
        func principal(_ groups: [String]) throws -> Principal {
            let list = groups.map { "\"\($0)\"" }.joined(separator: ",")
            return Principal(
                issuer: Forge.bytes(Forge.issuer), subject: Forge.bytes("alice"), groups: groups.map(Forge.bytes),
                claims: try JSONDocument.parse(Forge.bytes("{\"groups\":[\(list)]}")), expires: later(60),
                tokenDigest: Digest.sha256Value(Forge.bytes("opaque").span))
        }
        func role(_ groups: [String]) throws -> String? {
            try claim("role", of: issued.credential(of: principal(groups), from: issuer, upstream: 0, now: Forge.now))
        }
        #expect(try role(["admins"]) == "admin")
        #expect(try role(["analytics"]) == "viewer")
        #expect(throws: IssueFailure.noMapping) { try role([]) }
    }

    @Test func callersAndUpstreamsAreKeptApart() throws {
        let issued = IssuedCredentials(capacity: 8)
        let issuer = Self.issuer()
        let callers = [try Forge.principal(), try Forge.principal(["sub": "\"bob\""]), try Forge.principal(["client_id": "\"web\""])]
        var seen: Set<[UInt8]> = []
        for caller in callers {
            for upstream in 0..<2 {
                let credential = try issued.credential(of: caller, from: issuer, upstream: upstream, now: Forge.now)
                seen.insert(try #require(credential.authorization))
            }
        }
        #expect(seen.count == 6)
        #expect(issued.count == 6)
    }

    @Test func anotherIssuerOrAClockSetBackMakesItAnew() throws {
        let issued = IssuedCredentials(capacity: 4)
        let principal = try Forge.principal()
        let issuer = Self.issuer()
        let first = try issued.credential(of: principal, from: issuer, upstream: 0, now: Forge.now)
        let other = try issued.credential(of: principal, from: Self.issuer(lifetime: .seconds(60)), upstream: 0, now: Forge.now)
        #expect(other.expires == later(60))
        _ = try issued.credential(of: principal, from: issuer, upstream: 0, now: Forge.now)
        let early = try issued.credential(of: principal, from: issuer, upstream: 0, now: later(-30))
        #expect(early.issued == later(-30))
        #expect(early.authorization != first.authorization)
    }

    @Test func isBounded() throws {
        let issued = IssuedCredentials(capacity: 2)
        let issuer = Self.issuer()
        for name in ["a", "b", "c", "d"] {
            _ = try issued.credential(of: Forge.principal(["sub": "\"\(name)\""]), from: issuer, upstream: 0, now: Forge.now)
        }
        #expect(issued.count == 2)
        #expect(issued.evictions == 2)
    }

    @Test func forgetsARefusedCredential() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Self.issuer()
        let principal = try Forge.principal()
        let first = try issued.credential(of: principal, from: issuer, upstream: 3, now: Forge.now)
        issued.forget(first, of: principal, from: issuer, upstream: 2)
        issued.forget(.none, of: principal, from: issuer, upstream: 3)
        #expect(try issued.credential(of: principal, from: issuer, upstream: 3, now: Forge.now).authorization == first.authorization)
        issued.forget(first, of: principal, from: issuer, upstream: 3)
        #expect(try issued.credential(of: principal, from: issuer, upstream: 3, now: Forge.now).authorization != first.authorization)
    }

    @Test func modesWithoutATokenOfTheirOwnTakeNoMemory() throws {
        let issued = IssuedCredentials(capacity: 4)
        let principal = try Forge.principal()
        #expect(try issued.credential(of: principal, from: Issuer(.none), upstream: 0, now: Forge.now).authorization == nil)
        let lasting = try UpstreamCredential.lasting(bearer: Forge.secret(Forge.bytes("abc")))
        let credential = try issued.credential(of: principal, from: Issuer(.static(lasting)), upstream: 0, now: Forge.now)
        #expect(credential.authorization == Forge.bytes("Bearer abc"))
        #expect(issued.count == 0)
    }
}
