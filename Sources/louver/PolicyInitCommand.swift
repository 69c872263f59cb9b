import Configuration
import Glibc
import MCP
import Policy
import YAML

/// `louver policy init`.
enum PolicyInitCommand {
    static let command = Command(
        name: "policy init", summary: "ask a live server for its tools and write a first, read-only policy", operands: "",
        flags: ServerArguments.flags + [Flag("--out", value: "FILE", "where to write it (default: standard output)"), .policies],
        text: """
            Asks as a client would and executes nothing. Where a shipped profile knows the server, the policy extends `airflow/read-only`;
            otherwise it names the tools whose names only read and lists the others as comments. A tool's own hints never allow anything.
            """,
        examples: [
            ("louver policy init --url http://127.0.0.1:8000/mcp --out policy.yaml", "start here"),
            ("louver policy init --url https://airflow.example/mcp/v1/ --token-file token", "a server that wants to know who asks"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let directory = PolicyArguments.directory(arguments, "policy init", terminal) else { return .usage }
        if let file = arguments.value("--out"), access(file, F_OK) == 0 {
            terminal.fault("louver policy init: \(Fault.quote(file)) exists", remedy: "choose another name, or remove it")
            return .usage
        }
        guard let tools = ServerArguments.tools(arguments, "policy init", terminal) else { return .failure }
        let draft = PolicyDraft(
            tools.map { PolicyDraft.Tool(name: $0.name, saysReadOnly: $0.saysReadOnly) }, profiles: PolicyFiles.profiles(in: directory))
        guard let file = arguments.value("--out") else {
            terminal.print(draft.text)
            return .success
        }
        guard SmallFile.write(draft.text, to: file) else {
            terminal.fault("louver policy init: \(Fault.quote(file)) cannot be written: \(String(cString: strerror(errno)).lowercased())")
            return .failure
        }
        terminal.print("\(file): \(tools.count) tools, \(draft.server.map { "profile \($0)" } ?? "no profile knows this server")")
        return .success
    }
}
