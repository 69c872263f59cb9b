import Configuration
import Core
import Testing

@Suite struct PoliciesDirectoryTests {
    private let directory = TemporaryDirectory()

    @Test func theFlagComesBeforeTheEnvironmentAndBoth() throws {
        let first = directory.directory("first")
        let second = directory.directory("second")
        #expect(try PoliciesDirectory.find(explicit: first, environment: second, executable: nil) == first)
        #expect(try PoliciesDirectory.find(explicit: nil, environment: second, executable: nil) == second)
    }

    @Test func aDirectoryThatIsNamedIsNotPassedOver() {
        let good = directory.directory("good")
        #expect {
            try PoliciesDirectory.find(explicit: "/nonexistent/policies", environment: good, executable: nil)
        } throws: { error in
            (error as? Failure)?.detail == "--policies names `/nonexistent/policies`, which is not a directory"
        }
    }

    @Test(arguments: [
        ("bin", "share/louver/policies"), (".build/x86_64/release", "Policies"), (".build/rel/x86_64/release", "Policies"),
    ])
    func isFoundFromTheExecutable(home: String, policies: String) throws {
        let executable = directory.directory(home) + "/louver"
        #expect(throws: Failure.self) { try PoliciesDirectory.find(explicit: nil, environment: nil, executable: executable) }
        let expected = directory.directory(policies)
        #expect(try PoliciesDirectory.find(explicit: nil, environment: "", executable: executable) == expected)
    }

    @Test func theKernelKnowsTheExecutable() {
        #expect(PoliciesDirectory.executablePath()?.hasPrefix("/") == true)
    }
}
