import Core
import Crypto
import Testing

@testable import Identity

@Suite struct ServiceAccountTests {
    private static let account = Forge.made {
        try ServiceAccount(name: Forge.bytes("ana\"lyst"), password: Forge.secret(Forge.bytes("p:a\"ss")))
    }
    private static let mapping = Forge.made {
        try AccountMapping([AccountMapping.Rule(.groups([Forge.bytes("analytics")]), account: account)])
    }

    @Test func isSentAsBasicOrAsALogin() throws {
        let basic = Base64.encode(Forge.bytes("ana\"lyst:p:a\"ss"))
        #expect(Self.account.basic.authorization == Forge.bytes("Basic ") + basic)
        #expect(Forge.text(Self.account.login) == "{\"username\":\"ana\\\"lyst\",\"password\":\"p:a\\\"ss\"}")
        #expect("\(Self.account.basic)" == "<credential>")
    }

    @Test func namesThatCannotBeSentAreRefused() {
        for name in ["", "a:b", "a\nb"] {
            #expect(throws: IdentityFault.self) {
                try ServiceAccount(name: Forge.bytes(name), password: Forge.secret(Forge.bytes("x")))
            }
        }
        #expect(throws: IdentityFault.self) { try AccountMapping([]) }
    }

    @Test func nobodyHasAnAccountByAccident() throws {
        let issued = IssuedCredentials(capacity: 4)
        let stranger = try Forge.principal(["groups": "[\"others\"]"])
        for mode in [IssuerMode.basic(Self.mapping), .login(Self.mapping)] {
            #expect(throws: IssueFailure.noMapping) { try issued.credential(of: stranger, from: Issuer(mode), now: Forge.now) }
        }
        #expect(throws: IssueFailure.noMapping) { try Issuer(.login(Self.mapping)).order(for: stranger, token: [0x61].span) }
    }

    /// Everybody an account stands for shares its token, which is fetched once and renewed while the last one still holds.
    @Test func aLoginIsFetchedOnceForAnAccount() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Issuer(.login(Self.mapping))
        let (alice, bob) = (try Forge.principal(), try Forge.principal(["sub": "\"bob\""]))
        let order = try issuer.order(for: alice, token: [0x61].span)
        #expect(try issuer.order(for: bob, token: [0x61].span).key == order.key)
        #expect(order.authorization == nil)
        func standing(_ who: Principal, _ seconds: Int64) throws -> String {
            let now = WallTime(seconds: Forge.now.seconds + seconds)
            switch try issued.credential(for: who, from: issuer, upstream: 0, now: now) {
            case .ready: return "ready"
            case .aging: return "aging"
            case .absent: return "absent"
            }
        }
        #expect(try standing(alice, 0) == "absent")
        let body = Forge.bytes("{\"access_token\":\"opaque\",\"expires_in\":600}")
        _ = try issued.keep(body, of: order, for: alice, from: issuer, upstream: 0, now: Forge.now)
        #expect(try [0, 479, 480, 594, 595].map { try standing(bob, $0) } == ["ready", "ready", "aging", "aging", "absent"])
        #expect(try standing(bob, -1) == "absent", "a clock that was set back")
        let held = try issued.credential(of: bob, from: issuer, now: Forge.now)
        issued.forget(held, of: bob, from: issuer, upstream: 0)
        #expect(try standing(alice, 0) == "absent")
    }

    @Test func anExchangedTokenStaysWithItsCallerAndItsRights() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Issuer(.exchange(try TokenExchange(client: ClientAuthentication(client: Forge.bytes("louver"), secret: nil))))
        func isHeld(_ changes: [String: String?]) throws -> Bool {
            if case .ready = try issued.credential(for: try Forge.principal(changes), from: issuer, upstream: 0, now: Forge.now) {
                return true
            }
            return false
        }
        let alice = try Forge.principal()
        let order = try issuer.order(for: alice, token: [0x61].span)
        _ = try issued.keep(Forge.bytes("{\"access_token\":\"one\"}"), of: order, for: alice, from: issuer, upstream: 0, now: Forge.now)
        #expect(try isHeld(["jti": "\"another\""]))
        #expect(try !isHeld(["sub": "\"bob\""]))
        #expect(try !isHeld(["scope": "\"less\""]))
        #expect(try !isHeld(["groups": "[]"]))
    }

    /// Live sessions upstream hang on issuer, client and subject.
    @Test func aTokenOfSomebodyElseIsNotTaken() throws {
        let issued = IssuedCredentials(capacity: 4)
        let issuer = Issuer(.exchange(try TokenExchange(client: ClientAuthentication(client: Forge.bytes("louver"), secret: nil))))
        let alice = try Forge.principal()
        let order = try issuer.order(for: alice, token: [0x61].span)
        func keep(_ subject: String) throws {
            let claims = "{\"iss\":\"as\",\"sub\":\"\(subject)\",\"exp\":\(Forge.now.seconds + 600)}"
            let body = "{\"access_token\":\"\(Forge.text(Forge.token(Forge.header(), claims, Forge.rsa)))\"}"
            _ = try issued.keep(Forge.bytes(body), of: order, for: alice, from: issuer, upstream: 0, now: Forge.now)
        }
        try keep("a")
        try keep("a")
        #expect(throws: IssueFailure.identityChanged) { try keep("b") }
        #expect(issued.count == 0)
    }
}
