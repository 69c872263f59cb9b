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
