import Core
import Policy
import TestSupport
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

    /// However an entry is found, who it means is what each of them says on its own.
    @Test func manyEntriesMeanWhatEachMeansAlone() throws {
        var generator = SeededGenerator(seed: 11)
        let conditions = [
            "subjects: [ann]", "subjects: [bob, ann]", "clients: [ide]", "groups: [g1]", "groups: [g2, g3]", "scopes: [s1]",
            "issuers: [\"https://idp.example\"]", "issuers: [other]", "claims: { team: blue }", "claims: { team: { all: [blue, red] } }",
            "claims: { team: { any: [red, 7] } }", "claims: { level: 3 }", "claims: { a.b: { equals: x } }",
            "certificates: [\"\(Self.written)\"]", "groups: [g1], claims: { team: red }", "clients: [ide], scopes: [s1]",
        ]
        let claims = [
            "{}", #"{"team":"blue"}"#, #"{"team":["red","blue"]}"#, #"{"team":[7]}"#, #"{"level":3,"a":{"b":"x"}}"#,
            #"{"team":{"blue":1}}"#,
        ]
        func load(_ chosen: [String]) throws -> PolicySet {
            let entries = chosen.enumerated().map { "  p\($0.offset): { \($0.element) }\n" }.joined()
            let rules = chosen.indices.map { "  - { id: r\($0), allow: tools/call, tools: [t\($0)], principals: [p\($0)] }\n" }.joined()
            return try PolicyFiles.load("version: 1\nname: p\nprincipals:\n\(entries)rules:\n\(rules)")
        }
        let together = try load(conditions)
        let alone = try conditions.map { try load([$0]) }
        for _ in 0..<300 {
            let someone = try Calls.principal(
                subject: ["ann", "bob", "eve"].randomElement(using: &generator) ?? "",
                client: [nil, "ide", "cli"].randomElement(using: &generator) ?? nil,
                groups: ["g1", "g2", "g3"].filter { _ in Bool.random(using: &generator) },
                scopes: ["s1"].filter { _ in Bool.random(using: &generator) }, claims: claims.randomElement(using: &generator) ?? "{}")
            let certificate = Bool.random(using: &generator) ? Self.certificate : nil
            let subject = together.subject(of: someone, certificate: certificate)
            for (at, one) in alone.enumerated() {
                let expected = one.allows(one.subject(of: someone, certificate: certificate), .tool, Array("t0".utf8))
                #expect(together.allows(subject, .tool, Array("t\(at)".utf8)) == expected, "\(conditions[at])")
            }
        }
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
