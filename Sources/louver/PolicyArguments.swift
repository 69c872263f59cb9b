import Configuration
import Core
import Policy
import YAML

/// What the verbs about policy files have in common.
enum PolicyArguments {
    /// Loads each policy named; nil when there is none or any is faulty, which is told then.
    static func load(_ arguments: Arguments, _ verb: String, _ terminal: Terminal) -> [(file: String, policy: PolicySet)]? {
        if arguments.operands.isEmpty {
            terminal.fault("louver \(verb): no policy file is named", remedy: "write, for example: louver \(verb) policy.yaml")
            return nil
        }
        guard let directory = directory(arguments, verb, terminal) else { return nil }
        let faults = Faults()
        var files = PolicyFiles(policies: directory, faults: faults)
        let named = PolicyFiles.expand(arguments.operands)
        if named.isEmpty {
            terminal.fault("louver \(verb): there is no policy in \(arguments.operands.map { Fault.quote($0) }.joined(separator: ", "))")
            return nil
        }
        let loaded = named.map { file in (file: file, policy: files.load(file)) }
        if faults.isEmpty { return loaded.compactMap { pair in pair.policy.map { (pair.file, $0) } } }
        FaultReport.write(faults, terminal)
        return nil
    }

    /// Where the shipped policies are; nil when they were not found, which is told.
    static func directory(_ arguments: Arguments, _ verb: String, _ terminal: Terminal) -> String? {
        do {
            return try PoliciesDirectory.find(
                explicit: arguments.value("--policies"), environment: Environment.value("LOUVER_POLICIES"),
                executable: PoliciesDirectory.executablePath())
        } catch {
            terminal.fault("louver \(verb): \(error.detail)")
            return nil
        }
    }
}
