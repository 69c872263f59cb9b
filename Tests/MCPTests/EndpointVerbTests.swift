import Core
import HTTP
import Testing

@testable import MCP

@Suite struct EndpointVerbTests {
    private static let session: [(String, String?)] = [("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "2025-06-18")]

    @Test(arguments: [("POST", EndpointVerb.message), ("GET", .openStream), ("DELETE", .endSession)])
    func onASession(_ method: String, _ verb: EndpointVerb) throws {
        #expect(try EndpointVerb.decide(try Post("", Self.session, method: method).head) == verb)
    }

    @Test(arguments: [
        ("PUT", "PUT", session, 405, "http_method"), ("HEAD", "HEAD", session, 405, "http_method"),
        ("OPTIONS", "OPTIONS", session, 405, "http_method"),
        ("PATCH", "PATCH", session, 405, "http_method"), ("GET without a session", "GET", [], 405, "no_session"),
        ("DELETE without a session", "DELETE", [], 405, "no_session"),
        ("GET on the modern wire", "GET", [("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "2026-07-28")], 405, "no_session"),
        ("resumption", "GET", session + [("Last-Event-ID", "7")], 405, "resumption"),
        ("GET that takes no events", "GET", session + [("Accept", "application/json")], 406, "accept"),
        ("unknown version", "GET", [("Mcp-Session-Id", "s"), ("MCP-Protocol-Version", "banana")], 400, "version_unsupported"),
        ("two session ids", "DELETE", session + [("mcp-session-id", "t")], 400, "duplicate_mcp_header"),
    ])
    func refuses(_ fault: String, _ method: String, _ fields: [(String, String?)], _ status: Int, _ reason: String) throws {
        let head = try Post("", fields, method: method).head
        do throws(ProtocolFailure) {
            _ = try EndpointVerb.decide(head)
            Issue.record("accepted: \(fault)")
        } catch {
            #expect(error.httpStatus == status, "\(fault)")
            #expect(error.reason.description == reason, "\(fault)")
            #expect((error.allow?.description == "POST") == (status == 405), "\(fault)")
        }
    }

    @Test func withoutAHandshakeThereAreNoSessions() throws {
        let head = try Post("", Self.session, method: "GET").head
        #expect(throws: ProtocolFailure.self) { try EndpointVerb.decide(head, supported: .modern) }
    }
}
