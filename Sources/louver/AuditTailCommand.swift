import Audit
import Core
import Glibc

/// `louver audit tail`.
enum AuditTailCommand {
    static let command = Command(
        name: "audit tail", summary: "show the last decisions of an audit log, a line for each", operands: "FILE...",
        flags: [
            Flag("--lines", value: "NUMBER", "how many (20)"),
            Flag("--decision", value: "WORD", "only allow, deny, limit, refuse or fail"),
            Flag("--tool", value: "NAME", "only calls of this tool"),
        ],
        text: """
            Shows time, decision, caller, method, object, rule and reason; and, unless only some decisions are asked for, when the shared
            store of limits was lost or found. For anything more, the lines are JSON: use jq.
            """,
        examples: [
            ("louver audit tail audit.log", "what happened last"),
            ("louver audit tail --decision deny --lines 100 audit.log", "what was denied last"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let written = arguments.value("--lines")
        guard let count = written.map({ Int($0) }) ?? 20, count > 0, count <= 100_000, !arguments.operands.isEmpty else {
            terminal.fault("louver audit tail: it takes a file, and a number of lines from 1 to 100000")
            return .usage
        }
        let decision = arguments.value("--decision")
        if let decision, AuditDecision(rawValue: decision) == nil {
            let words = AuditDecision.allCases.map(\.rawValue).joined(separator: ", ")
            terminal.fault("louver audit tail: there is no decision `\(decision)`", remedy: "write one of: \(words)")
            return .usage
        }
        var last: [AuditLine] = []
        for file in arguments.operands {
            let read = AuditFile.forEachLine(file, terminal) { text, _ in
                guard let line = AuditLine(text), line.isDecision || line.isEvent,
                    matches(line, decision, arguments.value("--tool"))
                else { return }
                last.append(line)
                if last.count >= 2 * count { last.removeFirst(last.count - count) }
            }
            if !read { return .failure }
        }
        for line in last.suffix(count) { terminal.print(show(line)) }
        return .success
    }

    private static func matches(_ line: AuditLine, _ decision: String?, _ tool: String?) -> Bool {
        if let decision, line.string("decision") != Array(decision.utf8) { return false }
        if let tool, line.string("object") != Array(tool.utf8) { return false }
        return true
    }

    private static func show(_ line: AuditLine) -> String {
        if line.isEvent {
            return [line.string("time"), line.string("event"), line.string("address"), line.string("limit_store"), line.string("reason")]
                .map { $0.map(Printable.text) ?? "-" }.joined(separator: "  ")
        }
        let who = line.string("subject") ?? line.string("pseudonym") ?? line.string("peer") ?? []
        let words = [
            line.string("time"), line.string("decision"), who, line.string("method"), line.string("object"), line.string("rule"),
            line.string("reason"),
        ]
        return words.map { $0.map(Printable.text) ?? "-" }.joined(separator: "  ")
    }
}
