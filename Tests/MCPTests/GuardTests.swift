import Core
import HTTP
import Testing

@testable import MCP

@Suite struct GuardTests {
    private static let hosts = HostGuard(["louver.example", "louver.example:8443", "[::1]:9000"].compactMap { HostPort($0) })
    private static let origins = OriginGuard(["https://app.example", "http://localhost:6274"].compactMap { Origin($0) })

    @Test(arguments: [
        ("exact", "louver.example", true), ("any port", "louver.example:1", true), ("capitals", "LOUVER.example", true),
        ("its port", "[::1]:9000", true), ("another port", "[::1]:9001", false), ("no port", "[::1]", false),
        ("another name", "evil.example", false), ("a subdomain", "a.louver.example", false),
        ("a longer name", "louver.example.evil", false),
    ])
    func hosts(_ name: String, _ host: String, _ isAllowed: Bool) throws {
        var post = Sample.call()
        post.fields[0] = ("Host", host)
        let head = try post.head
        do throws(ProtocolFailure) {
            try Self.hosts.check(head)
            #expect(isAllowed, "\(name)")
        } catch {
            #expect(!isAllowed && error.httpStatus == 421 && error.reason.description == "host", "\(name)")
        }
    }

    @Test func loopbackAllowsItsNames() {
        func allows(_ host: String) -> Bool { HostGuard.loopback.allows([UInt8](host.utf8).span) }
        #expect(allows("localhost:8080") && allows("127.0.0.1:1") && allows("[::1]:2") && allows("localhost"))
        #expect(!allows("evil.example") && !allows("localhost.evil.example") && !allows(""))
    }

    @Test(arguments: [
        ("none", "", true), ("exact", "https://app.example", true), ("default port", "https://app.example:443", true),
        ("capitals", "HTTPS://APP.example", true), ("with port", "http://localhost:6274", true),
        ("another scheme", "http://app.example", false),
        ("another port", "http://localhost:6275", false), ("null", "null", false), ("another", "https://evil.example", false),
        ("with a path", "https://app.example/x", false), ("two", "https://app.example https://app.example", false),
    ])
    func origins(_ name: String, _ origin: String, _ isAllowed: Bool) throws {
        let head = try Sample.call(fields: origin.isEmpty ? [] : [("Origin", origin)]).head
        do throws(ProtocolFailure) {
            try Self.origins.check(head)
            #expect(isAllowed, "\(name)")
        } catch {
            #expect(!isAllowed && error.httpStatus == 403 && error.reason.description == "origin", "\(name)")
        }
    }

    @Test func withoutAListEveryOriginIsRefused() throws {
        let head = try Sample.call(fields: [("Origin", "http://localhost")]).head
        #expect(throws: ProtocolFailure.self) { try OriginGuard().check(head) }
        let bare = try Sample.call().head
        #expect(throws: Never.self) { try OriginGuard().check(bare) }
    }
}
