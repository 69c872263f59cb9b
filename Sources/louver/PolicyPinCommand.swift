import Core
import Glibc
import MCP
import Policy
import YAML

/// `louver policy pin`.
enum PolicyPinCommand {
    static let command = Command(
        name: "policy pin", summary: "record the definitions of a server's tools, so that a changed one is quarantined", operands: "FILE",
        flags: ServerArguments.flags + [Flag("--check", "only compare, and end with status 1 when anything differs")],
        text: """
            Asks the server for its tools and writes a digest of each (over name, title, description, schemas and annotations) to a file
            that a policy names under `pins`. From then on a tool that is new or has changed is hidden and refused with 4033 until it is
            accepted by running this again. What changed is told; read it before you accept it.
            """,
        examples: [
            ("louver policy pin --url http://127.0.0.1:8000/mcp astro.pins.yaml", "record, or accept what changed"),
            ("louver policy pin --check --url http://127.0.0.1:8000/mcp astro.pins.yaml", "in a nightly job"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        guard let file = arguments.operands.first, arguments.operands.count == 1 else {
            terminal.fault("louver policy pin: name one file for the pins", remedy: "write, for example: astro.pins.yaml")
            return .usage
        }
        var known = ToolPins([:])
        if access(file, F_OK) == 0 {
            let faults = Faults()
            guard let bytes = SmallFile.read(file), let pins = ToolPins.read(bytes, file: file, faults: faults) else {
                FaultReport.write(faults, terminal)
                return .usage
            }
            known = pins
        }
        guard let tools = ServerArguments.tools(arguments, "policy pin", terminal) else { return .failure }
        var fresh = ToolPins([:])
        for tool in tools { fresh.digests[tool.name] = tool.digest }
        let changes = changes(from: known, to: fresh)
        for line in changes { terminal.print(line) }
        terminal.print("\(tools.count) tools, \(changes.count) differ from \(file)")
        if arguments.has("--check") { return changes.isEmpty ? .success : .failure }
        guard changes.isEmpty || SmallFile.write(fresh.text(server: arguments.value("--url") ?? ""), to: file) else {
            terminal.fault("louver policy pin: \(Fault.quote(file)) cannot be written: \(String(cString: strerror(errno)).lowercased())")
            return .failure
        }
        return .success
    }

    private static func changes(from old: ToolPins, to new: ToolPins) -> [String] {
        let names = Set(old.digests.keys).union(new.digests.keys).sorted { $0.lexicographicallyPrecedes($1) }
        return names.compactMap { name in
            let words = PolicySet.quote(name)
            switch (old.digests[name], new.digests[name]) {
            case (let a?, let b?): return a == b ? nil : "changed: \(words)"
            case (nil, _): return "new: \(words)"
            case (_, nil): return "gone: \(words)"
            }
        }
    }
}
