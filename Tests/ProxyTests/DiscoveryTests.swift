import MCP
import Testing

@testable import Proxy

@Suite struct DiscoveryTests {
    private static let stranger = #"{"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"?"}}"#

    @Test(arguments: [
        ("both wires", 200, #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#, ProtocolVersionSet.all),
        ("an error in a 200", 200, stranger, .handshake), ("bad request", 400, stranger, .handshake),
        ("bad request without words", 400, "", .handshake), ("not found", 404, stranger, .handshake),
        ("method not allowed", 405, "", .handshake),
    ])
    func tells(_ name: String, _ status: Int, _ body: String, _ versions: ProtocolVersionSet) {
        #expect(Discovery.versions(status: status, body: Array(body.utf8)) == versions, "\(name)")
    }

    /// What says nothing about versions must not be remembered as an answer.
    @Test(arguments: [
        (200, ""), (200, "{}"), (200, "garbage"), (200, #"{"result":{}}"#), (401, stranger), (403, ""), (429, ""), (500, stranger),
        (404, ""), (404, "<html>"), (404, #"{"error":"no such page"}"#), (200, #"{"error":"x"}"#), (502, ""), (503, ""), (307, ""),
    ])
    func saysNothing(_ status: Int, _ body: String) {
        #expect(Discovery.versions(status: status, body: Array(body.utf8)) == nil)
    }

    @Test func theFirstAnswerCounts() {
        let facts = UpstreamFacts(versions: nil)
        #expect(facts.versions == nil)
        #expect(facts.learned(.handshake) == .handshake)
        #expect(facts.learned(.all) == .handshake && facts.versions == .handshake)
        #expect(UpstreamFacts(versions: .modern).learned(.all) == .modern)
    }
}
