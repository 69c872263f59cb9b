import Configuration
import Proxy
import YAML

/// `louver run`.
enum RunCommand {
    static let command = Command(
        name: "run", summary: "serve, as a configuration says", operands: "", flags: [.config, .policies],
        text: """
            Reads the configuration and everything it names, then listens. SIGHUP reads all of it again: a good one is put in force at
            once and running calls end as they began, a faulty one is told in the log and changes nothing. SIGTERM stops listening and
            lets running calls end within `limits.drain_timeout`. A changed file is read like SIGHUP, unless `watch_files: false`. SIGUSR2
            starts the program anew, hands its sockets over and lets its own calls end: an upgrade that refuses nobody. Under systemd it
            tells when it is ready, reloads and stops, feeds the watchdog while every event loop turns, and listens on the sockets it is
            handed.
            """,
        examples: [
            ("louver run --config louver.yaml", "serve until SIGTERM"),
            ("louver check && louver run", "the configuration is louver.yaml, here"),
            ("kill -HUP $(pidof louver)", "after `louver check` on what was changed"),
        ], run: run)

    private static func run(_ arguments: Arguments, _: Terminal) -> ExitCode {
        let loader = SnapshotLoader(
            configuration: arguments.value("--config") ?? "louver.yaml", policies: arguments.value("--policies"),
            environment: Environment.value("LOUVER_POLICIES"))
        let status = ProxyServer.run(
            environment: Environment.value, arguments: CommandLine.arguments, hasChanged: { loader.hasChanged() }
        ) {
            let faults = Faults()
            if let snapshot = loader.load(faults) { return .snapshot(snapshot) }
            return .faults(faults.all.map(\.description))
        }
        return ExitCode(rawValue: status) ?? .failure
    }
}
