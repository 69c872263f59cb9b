import Configuration
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:9464", "::1", 9464, true), ("0.0.0.0:0", "0.0.0.0", 0, false),
        ("[2001:db8::1]:443", "2001:db8::1", 443, false),
    ])
    func readsAddressAndPort(text: String, host: String, port: UInt16, isLoopback: Bool) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.isLoopback == isLoopback)
        #expect(endpoint.description == text)
    }

    @Test(arguments: [
        "", ":8080", "8080", "127.0.0.1", "127.0.0.1:", "localhost:8080", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80", "::1:8080",
        "[::1]", "[127.0.0.1]:80", "[::1%lo]:80", "127.1:80", "127.0.0.1:8080 ", "[::1:80",
    ])
    func refusesEverythingElse(text: String) { #expect(Endpoint(text) == nil) }
}
