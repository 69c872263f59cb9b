import Core
import JSON
import Proxy
import RateLimit

/// `louver limits show`.
enum LimitsShowCommand {
    static let command = Command(
        name: "limits show", summary: "show which limits are in use, and the buckets that are the emptiest", operands: "",
        flags: LimitArguments.flags + [
            Flag("--most", value: "NUMBER", "how many buckets to show (50, at most \(Limits.limitSightingsMax))")
        ],
        text: LimitArguments.whereText + """

            A bucket that is full is not kept anywhere, so one that is not shown stops nobody. Callers are shown as the digits of the access
            log; what else tells buckets apart is a hash. The admission bucket of each event loop is none of these.
            """,
        examples: [
            ("louver limits show", "which limits are met, and where"),
            ("louver limits show --issuer https://idp.example --subject alice --client ide", "what holds up one caller"),
            ("louver limits show --limit per-user --json", "for a program"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let most = arguments.value("--most").map { Int($0) } ?? 50
        guard let most, (0...Limits.limitSightingsMax).contains(most) else {
            terminal.fault("louver limits show: --most takes a number from 0 to \(Limits.limitSightingsMax)")
            return .usage
        }
        guard var wanted = LimitArguments.read(arguments, "limits show", terminal) else { return .usage }
        wanted.query.most = most
        let text: String
        switch wanted.place {
        case .redis(let redis):
            switch LimitInquiry.survey(redis, wanted.limits, owner: wanted.query.owner, most: most) {
            case .success(var survey):
                var out = ByteBuffer()
                survey.write(store: "Redis", into: &out)
                text = String(decoding: out.takeAll(), as: UTF8.self)
            case .failure(let failure):
                LimitArguments.tell(failure, terminal)
                return .failure
            }
        case .process(let endpoint, let token):
            guard let answer = LimitArguments.ask(endpoint, .limits(wanted.query, token), terminal) else { return .failure }
            text = answer
        }
        if arguments.has("--json") {
            terminal.print(text)
            return .success
        }
        guard let document = try? JSONDocument.parse(Array(text.utf8)) else {
            terminal.fault("what answers is no Louver of this version")
            return .failure
        }
        show(document.root, terminal)
        return .success
    }

    private static func show(_ root: JSONNode, _ terminal: Terminal) {
        terminal.print("limits in \(word(root, "store"))\n")
        var table = [["limit", "policy", "per", "in use", "empty"]]
        root["limits"]?.forEachElement { entry in
            var per: [String] = []
            entry["per"]?.forEachElement { per.append(Printable.text($0.string ?? [])) }
            table.append(
                [word(entry, "limit"), word(entry, "policy"), per.joined(separator: ", "), number(entry, "in_use"), number(entry, "empty")])
        }
        write(table, numbers: 3, terminal)
        table = [["limit", "caller", "bucket", "left", "of", "next in", "full in"]]
        root["buckets"]?.forEachElement { entry in
            table.append(
                [
                    word(entry, "limit"), entry["principal"] == nil ? "-" : word(entry, "principal"), word(entry, "bucket"),
                    number(entry, "left"), number(entry, "of"), wait(entry, "retry_after_ms"), wait(entry, "full_after_ms"),
                ])
        }
        if table.count > 1 {
            terminal.print("")
            write(table, numbers: 3, terminal)
        }
        let leftOut = root["left_out"]?.int64 ?? 0
        if leftOut > 0 { terminal.print("and \(leftOut) more, which are fuller") }
        let others = root["others"]?.int64 ?? 0
        if others > 0 { terminal.print("\(others) buckets are of other limits, or of some that are in force no longer") }
    }

    /// Writes columns, from `numbers` on to the right.
    private static func write(_ table: [[String]], numbers: Int, _ terminal: Terminal) {
        let widths = table[0].indices.map { at in table.map { $0[at].count }.max() ?? 0 }
        for (line, row) in table.enumerated() {
            let cells = row.enumerated().map { at, cell in
                let gap = String(repeating: " ", count: widths[at] - cell.count)
                return at < numbers ? cell + gap : gap + cell
            }
            let text = cells.joined(separator: "  ")
            terminal.print(line == 0 ? terminal.styled(text, .bold) : text)
        }
    }

    private static func word(_ entry: JSONNode, _ key: StaticString) -> String { Printable.text(entry[key]?.string ?? []) }

    private static func number(_ entry: JSONNode, _ key: StaticString) -> String { String(entry[key]?.int64 ?? 0) }

    /// A time as somebody who waits wants to know it.
    private static func wait(_ entry: JSONNode, _ key: StaticString) -> String {
        let milliseconds = entry[key]?.int64 ?? 0
        if milliseconds == 0 { return "now" }
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let seconds = (milliseconds + 999) / 1_000
        if seconds < 120 { return "\(seconds) s" }
        return seconds < 7_200 ? "\((seconds + 59) / 60) min" : "\((seconds + 3_599) / 3_600) h"
    }
}
