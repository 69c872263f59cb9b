/// How loggers, runtimes, shippers and servers write one line of a text: something before it, and some of them fields behind it.
enum LogForm: String, CaseIterable {
    case bare, airflow, airflowISO, pod, server, serverWide, serverOnce, console, wideConsole, events, eventsLast, spacedEvents
    case logfmt, bareLogfmt, docker, runtime, kubectl, compose, stern, python, named, nested, dashed, glued, rich, loguru, klog, syslog,
        spark, celery
    case actions, twice

    /// What stands before line `number` of `count`.
    func head(_ number: Int, of count: Int) -> String {
        let second = String(number % 50 + 10)
        let level = ["INFO", "INFO", "WARNING", "ERROR"][number % 4]
        let time = "2026-11-22T06:43:\(second)"
        switch self {
        case .bare: return ""
        case .airflow: return "[2026-11-22, 06:43:\(second) UTC] {logging_mixin.py:190} \(level) - "
        case .airflowISO: return "[\(time).123+0000] {subprocess.py:93} INFO - "
        case .pod: return "[\(time).123+0000] {pod_manager.py:\(400 + number % 90)} INFO - [base] "
        case .server, .serverWide: return "\(time).39974\(number % 10)Z \(level) "
        case .serverOnce: return number == 0 ? "\(time).399741Z INFO " : ""
        case .console, .wideConsole: return "\(time).399741Z [\(Self.padded(level.lowercased(), 9))] "
        case .events: return "{\"timestamp\":\"\(time).39974Z\",\"event\":\""
        case .eventsLast: return "{\"level\":\"\(level.lowercased())\",\"logger\":\"task.stdout\",\"event\":\""
        case .spacedEvents: return "{\"timestamp\": \"\(time).39974Z\", \"event\": \""
        case .logfmt: return "ts=\(time).399Z level=\(level.lowercased()) caller=run.go:\(number + 20) msg=\""
        case .bareLogfmt: return "ts=\(time).399Z level=\(level.lowercased()) msg="
        case .docker: return "\(time).399741123Z "
        case .runtime: return "\(time).399741123Z std\(number % 4 == 2 ? "err" : "out") F "
        case .kubectl: return "[pod/etl-7d9f\(number % 3)/base] "
        case .compose: return "etl-1  | "
        case .stern: return "etl-7d9f4b base "
        case .python: return "2026-11-22 06:43:\(second),123 \(level) etl.load: "
        case .named: return "2026-11-22 06:43:\(second),123 - etl.load - \(level) - "
        case .nested: return "\(time).399741Z INFO [2026-11-22, 06:43:\(second) UTC] {etl.py:7} INFO - "
        case .dashed: return "\(level) - "
        case .glued: return "\(level):etl:"
        case .rich: return "[11/22/26 06:43:\(second)] INFO     "
        case .loguru: return "2026-11-22 06:43:\(second).123 | \(Self.padded(level, 8)) | etl:load:12 - "
        case .klog: return "I1122 06:43:\(second).123456       1 etl.go:\(40 + number)] "
        case .syslog: return "Nov 22 06:43:\(second) worker-0 airflow[\(120 + number)]: "
        case .spark: return "26/11/22 06:43:\(second) \(level) EtlJob: "
        case .celery: return "[2026-11-22 06:43:\(second),123: \(level)/ForkPoolWorker-\(number % 3 + 1)] "
        case .actions: return "\(time).3997413Z "
        case .twice: return "\(time).399741123Z stdout F [\(time).123+0000] {etl.py:7} \(level) - "
        }
    }

    /// What stands behind it.
    func tail(_ number: Int, of count: Int) -> String {
        switch self {
        case .server: " logger=task.stdout"
        case .serverWide:
            " bundle_name=dags-folder logger=etl.load try_number=1 dag_id=leaky_log map_index=-1 ti_id=01a201fe-b873-7710-9c9f-9ef3cf890e35"
                + " filename=leaky_log.py lineno=\(number + 20)"
        case .serverOnce: number == count - 1 ? " logger=etl filename=leaky_log.py lineno=25" : ""
        case .console: "      [task.stdout] lineno=\(number + 20)"
        case .wideConsole: "          [task.stdout]"
        case .events: "\",\"level\":\"info\",\"logger\":\"task.stdout\",\"lineno\":\(number)}"
        case .eventsLast: "\"}"
        case .spacedEvents: "\", \"level\": \"info\", \"filename\": \"etl.py\"}"
        case .logfmt: "\" component=etl"
        case .bareLogfmt: " component=etl"
        case .rich: "          etl.py:\(number + 20)"
        default: ""
        }
    }

    /// What becomes of the line itself.
    func body(_ line: String) -> String {
        switch self {
        case .events, .eventsLast, .spacedEvents, .logfmt:
            line.reduce(into: "") { text, next in
                switch next {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\t": text += "\\t"
                default: text.append(next)
                }
            }
        default: line
        }
    }

    /// Whether a line may stand in it as it is: logfmt writes without quotes what holds no blank.
    func takes(_ lines: [String]) -> Bool {
        self != .bareLogfmt || lines.allSatisfy { line in !line.contains { $0 == " " || $0 == "\"" || $0 == "=" } }
    }

    /// A text as this form writes it.
    func write(_ lines: [String]) -> String {
        var text = ""
        for (number, line) in lines.enumerated() {
            text += head(number, of: lines.count) + body(line) + tail(number, of: lines.count) + "\n"
        }
        return text
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
