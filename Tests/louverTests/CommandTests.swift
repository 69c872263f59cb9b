import Core
import Testing

@testable import louver

/// The verbs over real files of the checkout.
@Suite struct CommandTests {
    private static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    private func run(_ words: [String]) -> (status: ExitCode, output: String, errors: String) {
        let captured = CapturedTerminal()
        let status = Program.run(words, terminal: captured.terminal())
        return (status, captured.output, captured.errors)
    }

    @Test func checkTellsEveryFaultAndHowMany() {
        let (status, output, errors) = run(["check", "--config", Self.root + "/Tests/Fixtures/config/invalid/many-at-once.yaml"])
        #expect(status == .usage)
        #expect(output == "")
        #expect(errors.hasSuffix("\n10 faults\n"))
        #expect(errors.contains("many-at-once.yaml:2:1: unknown key `lisen`\n    write instead: `listen`\n"))
    }

    @Test func checkTellsOfAMissingFile() {
        let (status, _, errors) = run(["check", "--config", "/nonexistent/louver.yaml"])
        #expect(status == .usage)
        #expect(errors.hasPrefix("/nonexistent/louver.yaml: the file cannot be opened"))
        #expect(errors.hasSuffix("\n1 fault\n"))
    }

    @Test func shippedCasesPass() {
        let policies = ["--policies", Self.root + "/Policies"]
        let file = Self.root + "/Policies/cases/read-only-astro.yaml"
        let (status, output, errors) = run(["policy", "test", file] + policies)
        #expect(errors == "")
        #expect(status == .success)
        #expect(output.hasSuffix(" passed, 0 failed\n"))
        #expect(run(["policy", "test", "--junit", file] + policies).output.contains("failures=\"0\""))
        #expect(run(["policy", "test", "-v", file] + policies).output.contains("ok   \(file):"))
        #expect(run(["policy", "check", "--strict", file] + policies).status == .success)
    }

    @Test func aFolderStandsForItsPolicies() throws {
        let (status, output, errors) = run(["policy", "test", Self.root + "/Policies", "--policies", Self.root + "/Policies"])
        #expect(errors == "")
        #expect(status == .success)
        let last = try #require(output.split(separator: "\n").last)
        let words = last.split(separator: " ")
        #expect(words.dropFirst() == ["passed,", "0", "failed"])
        #expect(try #require(Int(words[0])) >= 100)
        let empty = run(["policy", "test", Self.root + "/Deploy/systemd", "--policies", Self.root + "/Policies"])
        #expect(empty.status == .usage)
    }

    @Test func explainTellsTheWholeReasoning() {
        let policies = ["--policies", Self.root + "/Policies"]
        let file = Self.root + "/Tests/Fixtures/policies/valid/everything.yaml"
        let call = ["policy", "explain", file, "--group", "analytics", "--call", "trigger_dag", "--with"]
        let denied = run(call + ["{\"dag_id\":\"prod_a\"}"] + policies)
        #expect(denied.status == .failure)
        #expect(denied.output.contains("The caller is `anyone`, `analysts`."))
        #expect(denied.output.contains("  deny  no-prod-triggers: decides"))
        #expect(denied.output.contains("DENIED by no-prod-triggers (4031)"))
        #expect(denied.output.contains("Production runs are started from the release pipeline."))
        let allowed = run(call + ["{\"dag_id\":\"analytics_a\",\"conf\":{\"rows\":1,\"region\":\"eu\"}}"] + policies)
        #expect(allowed.status == .success)
        #expect(allowed.output.contains("ALLOWED by trigger-small"))
        let night = ["policy", "explain", file, "--group", "analytics", "--scope", "airflow.pause", "--call", "pause_dag"]
        let sleeping = run(night + ["--with", "{\"dag_id\":\"analytics_a\"}", "--at", "2026-11-20T12:00:00Z"] + policies)
        #expect(sleeping.output.contains("pause-at-night: holds only mon-fri 22:00-06:00 (Europe/Berlin)"))
        for misuse in [
            ["--call", "x", "--read", "y"], [], ["--call", "x", "--with", "{"], ["--call", "x", "--at", "now"],
            ["--call", "x", "--certificate", "12"], ["--call", "x", "--claims", "[]"],
        ] {
            #expect(run(["policy", "explain", file] + misuse + policies).status == .usage, "\(misuse)")
        }
    }

    @Test func diffTellsWhatChanges() {
        let policies = ["--policies", Self.root + "/Policies"]
        let old = Self.root + "/Policies/cases/read-only-astro.yaml"
        let new = Self.root + "/Policies/cases/author-astro.yaml"
        #expect(run(["policy", "diff", old, old] + policies).output == "0 verdicts change\n")
        #expect(run(["policy", "diff", old, old] + policies).status == .success)
        let (status, output, _) = run(["policy", "diff", old, new] + policies)
        #expect(status == .failure)
        #expect(output.contains(": tool trigger_dag: was denied, is allowed"))
        #expect(run(["policy", "diff", old] + policies).status == .usage)
    }

    @Test func theSchemaIsPrinted() {
        let (status, output, errors) = run(["policy", "schema", "--policies", Self.root + "/Policies"])
        #expect(status == .success && errors == "")
        #expect(output.hasPrefix("{\n") && output.hasSuffix("}\n"))
    }

    @Test func aServerThatIsNotThereIsTold() {
        let (status, output, errors) = run(["policy", "init", "--url", "http://127.0.0.1:1/mcp", "--policies", Self.root + "/Policies"])
        #expect(status == .failure && output == "")
        #expect(errors.contains("connect_failed"))
        #expect(run(["policy", "pin", "--url", "ftp://x", "pins.yaml"]).status == .failure)
        #expect(run(["policy", "pin", "pins.yaml"]).errors.contains("no server is named") == true)
        #expect(run(["policy", "pin", "--url", "http://127.0.0.1:1/mcp"]).status == .usage)
    }

    @Test func aPolicyWithoutTestsFailsTheTest() {
        let (status, output, errors) = run(
            ["policy", "test", Self.root + "/Tests/Fixtures/config/policies/untested.yaml", "--policies", Self.root + "/Policies"])
        #expect(status == .failure)
        #expect(output == "0 passed, 0 failed\n")
        #expect(errors.contains("no tests are written in it"))
    }

    @Test func policiesMustBeWhereTheyAreSaidToBe() {
        let (status, _, errors) = run(["policy", "check", "x.yaml", "--policies", "/nonexistent"])
        #expect(status == .usage)
        #expect(errors == "louver policy check: --policies names `/nonexistent`, which is not a directory\n")
    }

    @Test func redactNeedsItsDetectors() {
        let (status, _, errors) = run(["redact", "--detectors", "/nonexistent/d.yaml"])
        #expect(status == .usage)
        #expect(errors.hasPrefix("/nonexistent/d.yaml: the file cannot be opened: no such file or directory\n"))
    }
}
