import Configuration
import Core
import Proxy
import YAML

/// `louver health`.
enum HealthCommand {
    static let command = Command(
        name: "health", summary: "ask a running Louver whether it is ready", operands: "",
        flags: [
            Flag("--admin", short: "-a", value: "ADDRESS", "its admin listener (default: 127.0.0.1:9464)"),
            Flag("--live", "ask whether it is alive, also while it starts or drains"),
        ],
        text: """
            Asks `/readyz` (or `/healthz`) of the admin listener, waits at most 3 seconds and prints the answer. For the health check of a
            container that holds no other program, and for scripts.
            """,
        examples: [
            ("louver health", "exits with 0 when calls are served"),
            ("louver health --live --admin 127.0.0.1:9500", "another listener, and only whether it turns"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let written = arguments.value("--admin") ?? "127.0.0.1:9464"
        guard let endpoint = Endpoint(written) else {
            terminal.fault(
                "louver health: \(Fault.quote(written)) is no address", remedy: "write an address and a port, such as 127.0.0.1:9464")
            return .usage
        }
        switch AdminProbe.ask(endpoint, arguments.has("--live") ? .isAlive : .isReady, within: .seconds(3)) {
        case .success(let answer):
            terminal.print(answer.body.hasSuffix("\n") ? String(answer.body.dropLast()) : answer.body)
            return answer.status == 200 ? .success : .failure
        case .failure(let failure):
            let detail = failure.detail.isEmpty ? "\(failure.reason)" : failure.detail
            terminal.fault("nothing answers at \(endpoint): \(detail)", remedy: "is it running, and is its `admin` this address?")
            return .failure
        }
    }
}
