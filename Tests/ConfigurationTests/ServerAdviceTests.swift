import Testing
import YAML

@testable import Configuration

@Suite struct ServerAdviceTests {
    private let estate = Estate()

    /// What is said of the upstream `airflow` before a server of that name.
    private func advice(server: String, path: String = "/mcp", reissue: String? = nil) throws -> [String] {
        estate.folder.write("policy.yaml", "version: 1\nname: readers\nserver: \(server)\nextends: [airflow/read-only]\n", mode: 0o644)
        var changes = [("https://airflow.internal/mcp", "https://airflow.internal" + path)]
        if let reissue { changes.append(("{mode: mint, secret_file: jwt_secret, roles: [{groups: [admins], role: admin}]}", reissue)) }
        estate.write(changing: changes)
        let faults = Faults()
        let snapshot = estate.loader().load(faults)
        #expect(faults.rendered == "")
        return try #require(snapshot).warnings.filter { $0.hasPrefix("upstream `airflow`") }
    }

    @Test(arguments: ["mcp-server-apache-airflow", "apache-airflow-mcp-server", "airflow-mcp-server", "mcp-airflow-api"])
    func aServerThatActsAsItselfIsNamed(server: String) throws {
        let told = try advice(server: server)
        #expect(told.contains { $0.contains("`\(server)` ignores the token it is sent and acts as its own user") }, "\(told)")
        #expect(try advice(server: server, reissue: "{mode: none}").allSatisfy { !$0.contains("its own user") }, "nobody expects it then")
        let shared = try advice(server: server, reissue: "{mode: static, token_file: token}")
        #expect(shared.allSatisfy { !$0.contains("its own user") }, "one token for everybody")
    }

    @Test func aServerInsideAirflowIsNot() throws {
        #expect(try advice(server: "airflow-mcp-plugin").allSatisfy { !$0.contains("its own user") })
    }

    @Test func aServerThatMayBeEitherIsToldApart() throws {
        let told = try advice(server: "astro-airflow-mcp")
        #expect(told.contains { $0.contains("only as a plugin of Airflow's api-server") }, "\(told)")
    }

    @Test func aPathAtWhichNobodyListensIsNamed() throws {
        let told = try advice(server: "mcp-server-apache-airflow", path: "/elsewhere")
        #expect(told.contains { $0.contains("ends in `/elsewhere`") }, "\(told)")
        #expect(try advice(server: "mcp-server-apache-airflow").allSatisfy { !$0.contains("listens at") })
    }
}
