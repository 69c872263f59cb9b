import Core
import Crypto
import Testing

@testable import Identity

@Suite struct TokenExchangeTests {
    private static let client = Forge.made {
        try ClientAuthentication(client: Forge.bytes("lou ver"), secret: Forge.secret(Forge.bytes("s e:c")))
    }

    private func order(_ exchange: TokenExchange) throws -> CredentialOrder {
        exchange.order(for: try Forge.principal(), token: Forge.bytes("sub.ject.token").span)
    }

    @Test func asksAsTheStandardSays() throws {
        var request = TokenExchange.Request()
        request.audience = Forge.bytes("airflow")
        request.resource = Forge.bytes("https://airflow.example/mcp?x")
        request.scopes = [Forge.bytes("read"), Forge.bytes("write")]
        let order = try order(TokenExchange(client: Self.client, request: request))
        #expect(order.contentType.description == "application/x-www-form-urlencoded")
        #expect(
            Forge.text(try order.body(at: Forge.now))
                == "grant_type=urn%3aietf%3aparams%3aoauth%3agrant-type%3atoken-exchange"
                + "&requested_token_type=urn%3aietf%3aparams%3aoauth%3atoken-type%3aaccess_token"
                + "&audience=airflow&resource=https%3a%2f%2fairflow.example%2fmcp%3fx&scope=read%20write"
                + "&subject_token_type=urn%3aietf%3aparams%3aoauth%3atoken-type%3aaccess_token&subject_token=sub.ject.token")
        let basic = Base64.encode(Forge.bytes("lou%20ver:s%20e%3ac"))
        #expect(order.authorization == Forge.bytes("Basic ") + basic)
        #expect("\(order)" == "<order>")
    }

    @Test func aClientWithoutASecretNamesItself() throws {
        let order = try order(TokenExchange(client: ClientAuthentication(client: Forge.bytes("louver"), secret: nil)))
        #expect(order.authorization == nil)
        #expect(Forge.text(try order.body(at: Forge.now)).hasSuffix("&client_id=louver"))
    }

    @Test func whoActsIsSaid() throws {
        let order = try order(TokenExchange(client: Self.client, actor: Forge.secret(Forge.bytes("act.or.token"))))
        #expect(Forge.text(order.body).contains("&actor_token=act.or.token&actor_token_type="))
    }

    @Test func settingsAreChecked() {
        var request = TokenExchange.Request()
        request.scopes = [Forge.bytes("two words")]
        #expect(throws: IdentityFault.self) { try TokenExchange(client: Self.client, request: request) }
    }
}
