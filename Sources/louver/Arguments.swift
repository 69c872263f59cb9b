import YAML

/// What followed a verb: its flags and operands.
struct Arguments: Sendable {
    /// Why a command line cannot be understood.
    struct Misuse: Error, Equatable {
        let message: String
        let remedy: String
    }

    private var values: [String: [String]] = [:]
    /// What was no flag, in order.
    private(set) var operands: [String] = []

    /// Whether a flag was given.
    func has(_ flag: String) -> Bool { values[flag] != nil }

    /// The value of a flag that may come once.
    func value(_ flag: String) -> String? { values[flag]?.last }

    /// The values of a flag that may come often; nil when it did not come.
    func all(_ flag: String) -> [String]? { values[flag] }

    /// Reads the words after the verb. `--flag value` and `--flag=value` are alike; after `--` all is operands.
    static func parse(_ words: [String], _ command: Command) -> Result<Arguments, Misuse> {
        var parsed = Arguments()
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                parsed.operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                parsed.operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let flag = command.flags.first(where: { $0.name == parts[0] || $0.short == parts[0] }) else {
                return .failure(unknown(parts[0], command))
            }
            guard let value = flag.value else {
                if parts.count > 1 { return .failure(Misuse(message: "\(flag.name) takes no value", remedy: "write \(flag.name)")) }
                parsed.values[flag.name, default: []].append("")
                continue
            }
            guard let given = parts.count > 1 ? parts[1] : rest.popFirst(), !given.isEmpty else {
                return .failure(Misuse(message: "\(flag.name) needs a value", remedy: "write \(flag.name) \(value)"))
            }
            parsed.values[flag.name, default: []].append(given)
        }
        if command.operands.isEmpty, let extra = parsed.operands.first {
            return .failure(
                Misuse(message: "takes no operand, but \(Fault.quote(extra)) was given", remedy: suggestion(for: extra, command)))
        }
        return .success(parsed)
    }

    private static func unknown(_ name: String, _ command: Command) -> Misuse {
        let near = Spelling.nearest(to: name, among: command.flags.map(\.name) + ["--help"])
        return Misuse(
            message: "unknown flag \(Fault.quote(name))",
            remedy: near.map { "did you mean \($0)?" } ?? "see `louver \(command.name) --help`")
    }

    private static func suggestion(for operand: String, _ command: Command) -> String {
        command.flags.contains { $0.name == "--config" } ? "did you mean --config \(operand)?" : "remove it"
    }
}
