import Core
import Policy
import Testing

@Suite struct PrincipalMatchTests {
    static let certificate = [UInt8](repeating: 0xAB, count: 32)
    static let written = [String](repeating: "ab", count: 32).joined(separator: ":").uppercased()

    @Test func aCertificateIsAPrincipal() throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nprincipals: { robots: { certificates: [\"\(Self.written)\"] } }\n"
                + "rules: [{ id: r, allow: tools/call, tools: [x], principals: [robots] }]\n")
        let principal = try Calls.principal()
        func permits(_ certificate: [UInt8]?) throws -> Bool {
            policy.decide(policy.subject(of: principal, certificate: certificate), try Calls.tool("x"), now: Calls.now).isPermit
        }
        #expect(try permits(Self.certificate))
        #expect(try !permits(nil))
        #expect(try !permits([UInt8](repeating: 0xAC, count: 32)))
    }

    @Test func aClientIsAPrincipal() throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nprincipals: { ide: { clients: [vscode] } }\n"
                + "rules: [{ id: r, allow: tools/call, tools: [x], principals: [ide] }]\n")
        #expect(policy.judge(try Calls.principal(client: "vscode"), try Calls.tool("x")).isPermit)
        #expect(!policy.judge(try Calls.principal(client: "VSCode"), try Calls.tool("x")).isPermit)
        #expect(!policy.judge(try Calls.principal(), try Calls.tool("x")).isPermit)
    }

    /// A rule's own scopes are asked for besides the principals', and the refusal names all that are missing.
    @Test func aRuleMayAskForScopes() throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nprincipals: { staff: { scopes: [airflow] } }\n"
                + "rules: [{ id: r, allow: tools/call, tools: [x], principals: [staff], scopes: [airflow.write] }]\n")
        #expect(policy.judge(try Calls.principal(scopes: ["airflow", "airflow.write"]), try Calls.tool("x")).isPermit)
        let lacking = policy.judge(try Calls.principal(scopes: ["airflow"]), try Calls.tool("x"))
        #expect(lacking.denial?.scopes.map { String(decoding: $0, as: UTF8.self) } == ["airflow.write"])
        let without = policy.judge(try Calls.principal(), try Calls.tool("x"))
        #expect(without.denial?.scopes.map { String(decoding: $0, as: UTF8.self) } == ["airflow.write", "airflow"])
        #expect(!policy.allows(policy.subject(of: try Calls.principal(scopes: ["airflow"])), .tool, Array("x".utf8)))
    }
}
