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
        let directory: String
        do {
            directory = try PoliciesDirectory.find(
                explicit: arguments.value("--policies"), environment: Environment.value("LOUVER_POLICIES"),
                executable: PoliciesDirectory.executablePath())
        } catch {
            terminal.fault("louver \(verb): \(error.detail)")
            return nil
        }
        let faults = Faults()
        var files = PolicyFiles(policies: directory, faults: faults)
        let loaded = arguments.operands.map { file in (file: file, policy: files.load(file)) }
        if faults.isEmpty { return loaded.compactMap { pair in pair.policy.map { (pair.file, $0) } } }
        FaultReport.write(faults, terminal)
        return nil
    }
}
