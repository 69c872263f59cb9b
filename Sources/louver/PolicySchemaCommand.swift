import YAML

/// `louver policy schema`.
enum PolicySchemaCommand {
    static let command = Command(
        name: "policy schema", summary: "print the JSON Schema of policy files", operands: "", flags: [.policies],
        text: """
            Editors complete and check with it. The same text is shipped as schema/policy.schema.json among the policies. What only the
            whole policy can tell, such as a name that nobody declared, is told by `louver policy check`.
            """,
        examples: [
            (
                "louver policy schema > policy.schema.json",
                "then write `# yaml-language-server: $schema=policy.schema.json` on top of a policy"
            )
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let directory = PolicyArguments.directory(arguments, "policy schema", terminal) else { return .usage }
        let file = "\(directory)/schema/policy.schema.json"
        guard let text = SmallFile.read(file) else {
            terminal.fault("louver policy schema: \(Fault.quote(file)) cannot be read")
            return .failure
        }
        terminal.print(String(decoding: text.last == 0x0A ? text.dropLast() : text[...], as: UTF8.self))
        return .success
    }
}
