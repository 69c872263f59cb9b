import Configuration
import HTTP
import Testing

@Suite struct HostGuardTests {
    private let hostGuard = HostGuard(
        hosts: ["louver.example", "other.example:8443", "tls.example:443"].compactMap { HostPort($0) },
        origins: ["https://louver.example", "https://app.example:8443"].compactMap { Origin($0) }, admitsLoopback: false)

    @Test(arguments: [
        ("louver.example", true), ("LOUVER.example:443", true), ("louver.example:1", true), ("other.example:8443", true),
        ("other.example", false), ("tls.example", true), ("tls.example:443", true), ("tls.example:80", false), ("other.example:443", false),
        ("evil.example", false), ("localhost", false), ("127.0.0.1:8080", false),
        ("", false), ("louver.example.", false), ("louver.example@evil.example", false), ("evil.example/louver.example", false),
    ])
    func hosts(host: String, isAdmitted: Bool) {
        #expect(hostGuard.admits(host: Array(host.utf8).span) == isAdmitted)
    }

    @Test(arguments: [
        ("https://louver.example", true), ("https://louver.example:443", true), ("https://app.example:8443", true),
        ("http://louver.example", false), ("https://louver.example:8443", false), ("null", false), ("", false), ("http://localhost", false),
        ("https://louver.example, https://evil.example", false),
    ])
    func origins(origin: String, isAdmitted: Bool) {
        #expect(hostGuard.admits(origin: Array(origin.utf8).span) == isAdmitted)
    }

    @Test(arguments: [
        ("localhost:8080", "http://localhost:6274", true), ("127.0.0.1", "http://127.0.0.1", true), ("[::1]:9", "https://[::1]:9", true),
        ("localhost.evil.example", "http://localhost.evil.example", false), ("127.0.0.2", "http://127.0.0.2", false),
        ("evil.example", "chrome-extension://localhost", false),
    ])
    func loopback(host: String, origin: String, isAdmitted: Bool) {
        let open = HostGuard(hosts: [], origins: [], admitsLoopback: true)
        #expect(open.admits(host: Array(host.utf8).span) == isAdmitted)
        #expect(open.admits(origin: Array(origin.utf8).span) == isAdmitted)
    }
}
