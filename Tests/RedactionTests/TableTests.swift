import Core
import TestSupport
import Testing

@testable import Redaction

/// Tables in which a column holds secrets, with hundreds of rows, in every form that clients and logs write them.
@Suite struct TableTests {
    private struct Table {
        var text = ""
        var secrets: [String] = []
    }

    private static func secret(_ random: inout SeededGenerator) -> String {
        random.text(5, from: "abcdefghkmnpqrstuvwxyz") + random.text(4, from: "ABCDEFGHKMNPQRSTUVWXYZ") + random.text(3, from: "23456789")
            + "#k"
    }

    private static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return right ? blanks + text : text + blanks
    }

    enum Form: String, CaseIterable {
        case csv, quoted, tsv, semicolon, markdown, psql, spark, rich, plain, pandas, prefixed, events, texts, oldLog
    }

    /// A table of so many rows; `noise` puts lines of a log between them.
    private static func table(_ form: Form, rows: Int, seed: UInt64, noise: Bool) -> Table {
        var random = SeededGenerator(seed: seed)
        var table = Table()
        let names = ["id", "login", "password", "host"]
        let widths = [4, 10, 16, 14]
        func line(_ cells: [String], isHead: Bool) -> String {
            func padded(right: Bool = false) -> [String] { zip(cells, widths).map { pad($0, $1, right: right) } }
            switch form {
            case .csv: return cells.joined(separator: ",")
            case .quoted: return cells.map { "\"\($0)\"" }.joined(separator: ",")
            case .tsv: return cells.joined(separator: "\t")
            case .semicolon: return cells.joined(separator: ";")
            case .markdown: return "| " + cells.joined(separator: " | ") + " |"
            case .psql: return " " + padded().joined(separator: " | ")
            case .spark: return "|" + padded(right: true).joined(separator: "|") + "|"
            case .rich:
                let bar = isHead ? "┃" : "│"
                return bar + " " + padded().joined(separator: " \(bar) ") + " " + bar
            case .plain: return padded().joined(separator: "  ")
            case .pandas: return padded(right: true).joined(separator: "  ")
            case .prefixed: return "[2026-11-21T07:12:44.123+0000] {logging_mixin.py:190} INFO - " + cells.joined(separator: ",")
            case .events:
                return "{\"timestamp\": \"2026-11-21T07:12:44Z\", \"event\": \"\(cells.joined(separator: ","))\", \"level\": \"info\"}"
            case .texts: return "\"\(cells.joined(separator: " | "))\",\"info\","
            case .oldLog: return "[2026-11-21, 07:12:44 UTC] {logging_mixin.py:190} INFO - " + cells.joined(separator: " | ")
            }
        }
        func add(_ line: String) { table.text += line + "\n" }
        if form == .texts { add("[") }
        add(line(names, isHead: true))
        switch form {
        case .markdown: add("|---|---|---|---|")
        case .psql: add("-----+------------+------------------+---------------")
        case .spark: add("+----+----------+----------------+--------------+")
        case .rich: add("┡━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━┩")
        default: break
        }
        for row in 0..<rows {
            let secret = secret(&random)
            table.secrets.append(secret)
            add(line(["\(row)", "user\(row % 97)", secret, "db\(row % 7).example"], isHead: false))
            if noise, row % 5 == 3, form != .texts {
                add("[2026-11-21T07:12:44.123+0000] {taskinstance.py:1157} INFO - Dependencies met for <TaskInstance: dag.load run_\(row)>")
                add("{\"event\": \"Rows written: \(row)\", \"logger\": \"task.stdout\"}")
            }
        }
        if form == .texts { table.text += "\"end\"]\n" }
        return table
    }

    @Test(arguments: Form.allCases, [false, true]) func everyRowIsFound(form: Form, noise: Bool) {
        for rows in [1, 3, 400] {
            let table = Self.table(form, rows: rows, seed: UInt64(rows), noise: noise)
            let clean = Samples.scrub(table.text)
            let left = table.secrets.filter { clean.contains($0) }
            #expect(left.isEmpty, "\(form): \(left.count) of \(rows) left: \(clean.prefix(700))")
            for kept in ["user0", "db0.example"] { #expect(clean.contains(kept), "\(form): \(clean.prefix(400))") }
        }
    }

    @Test(arguments: Form.allCases) func theCutDoesNotMatter(form: Form) {
        let table = Self.table(form, rows: 4, seed: 3, noise: true)
        let bytes = Array(("before\n" + table.text + "behind it: 1, 2, 3\n").utf8)
        let whole = Samples.scrub(bytes)
        for cut in stride(from: 0, through: bytes.count, by: 3) {
            let settled = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(settled == whole, "\(form), cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
        }
        #expect(Samples.scrubSettling(bytes, pieces: bytes.map { [$0] }) == whole)
    }

    @Test(arguments: Form.allCases) func anySplitOfALongTableGivesTheSame(form: Form) {
        let table = Self.table(form, rows: 250, seed: 5, noise: true)
        let bytes = Array(table.text.utf8)
        let whole = Samples.scrub(bytes)
        var random = SeededGenerator(seed: 9)
        for longest in [60, 900, 40_000] {
            let pieces = random.pieces(of: bytes, longest: longest)
            #expect(
                Samples.scrub(bytes, pieces: pieces) == whole && Samples.scrubSettling(bytes, pieces: pieces) == whole, "\(form) \(longest)"
            )
        }
    }

    /// Values of replies that come line by line.
    @Test func rowsOfReplies() {
        let table = Self.table(.texts, rows: 300, seed: 11, noise: false)
        let records = RecordScrubber(Samples.engine)
        var out = ByteBuffer()
        records.push(Array((table.text.filter { $0 != "\n" } + "\n").utf8).span, into: &out)
        records.finish(into: &out)
        let clean = String(decoding: out.copy(), as: UTF8.self)
        let left = table.secrets.filter { clean.contains($0) }
        #expect(left.isEmpty && clean.hasSuffix("\"end\"]\n"), "\(left.count) left: \(clean.prefix(300))")
    }

    /// A rule below the head makes a table of it: its values need not look like secrets.
    @Test func certainTables() {
        let clean = Samples.scrub(
            "id | conn_id | login | password | port\n===+=========+=======+==========+=====\n1  | wh      | etl   | sun12    | 5432\n"
                + "2  | lake    | etl   | winter-rain | 5432\n3  | none    | etl   | None     | 5432\n")
        #expect(!clean.contains("sun12") && !clean.contains("winter-rain") && clean.contains("| None     | 5432"), "\(clean)")
    }

    @Test(arguments: [
        "Missing columns: user, password, host\nfound x, k7q2Mx4Wp9Zt, y\n",
        "the user, password, token and so on\na, k7q2Mx4Wp9Zt#k, c, d\n",
        " Column   | Type | Nullable\n----------+------+---------\n password | text | not null\n token_id | uuid | \n",
        "user,password_changed\nx,k7q2Mx4Wp9Zt\n", "NAME     TYPE    DATA   AGE\ntoken    Opaque  3      4d\n",
        "id | secret | ok\n---+--------+---\n1 | airflow-fernet | t\n", "id  token_count  x\n1   k7q2Mx4Wp9Zt  y\n",
        "user,password\netl,\nops,***\nadm,None\n",
    ])
    func isLeftAlone(text: String) { #expect(Samples.scrub(text) == text) }

    @Test func farBelowOtherTextNothingIsARow() {
        let noise = String(repeating: "a line of a log, that says nothing at all\n", count: 120)
        let text = "user,password\n" + noise + "x,k7q2Mx4Wp9Zt#k\n"
        #expect(Samples.scrub(text) == text)
    }
}
