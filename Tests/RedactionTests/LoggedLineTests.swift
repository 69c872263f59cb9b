import Core
import TestSupport
import Testing

@testable import Redaction

/// Manifests, tables and private keys line by line in logs, whatever is written before and behind each line. In the texts `¤` stands for a
/// value in base64, `§` for one in clear; each comes to be another.
@Suite struct LoggedLineTests {
    enum Content: String, CaseIterable {
        case encoded, plain, block, flat, flatPlain, json, client, csv, firstColumn, quoted, semicolons, tabs, psql, spark, places, numbered
        case key, tail
    }

    private static func lines(_ content: Content) -> [String] {
        switch content {
        case .encoded: ["apiVersion: v1", "data:", "  alpha: ¤", "  beta.conf: ¤", "kind: Secret", "metadata:", "  name: warehouse"]
        case .plain: ["apiVersion: v1", "kind: Secret", "stringData:", "  alpha: §", "  beta: '§'", "  gamma: my § words", "type: Opaque"]
        case .block:
            ["kind: Secret", "stringData:", "  alpha.conf: |", "    [db]", "    line = §", "", "    other: §", "  beta: §", "type: Opaque"]
        case .flat: ["apiVersion: v1", "data:", "alpha: ¤", "beta.conf: ¤", "kind: Secret", "metadata:", "name: warehouse"]
        case .flatPlain: ["apiVersion: v1", "kind: Secret", "stringData:", "alpha: §", "beta: §", "type: Opaque", "metadata:", "name: db"]
        case .json:
            [
                "{", "  \"apiVersion\": \"v1\",", "  \"data\": {", "    \"alpha\": \"¤\",", "    \"beta\": \"¤\"", "  },",
                "  \"kind\": \"Secret\",", "  \"metadata\": {", "    \"name\": \"name\"", "  }", "}",
            ]
        case .client: ["{'api_version': 'v1',", " 'data': {'alpha': '¤',", "          'beta': '¤'},", " 'kind': 'Secret'}"]
        case .csv: ["id,login,password", "0,etl,§", "1,ops,§", "2,adm,§"]
        case .firstColumn: ["password,login,id", "§,etl,0", "§,ops,1"]
        case .quoted: ["\"id\",\"login\",\"password\"", "\"0\",\"etl\",\"§\"", "\"1\",\"ops\",\"§\""]
        case .semicolons: ["id;db_password;host", "0;§;db", "1;§;db"]
        case .tabs: ["id\tlogin\tpassword", "0\tetl\t§", "1\tops\t§"]
        case .psql:
            [
                " id | login |     password      | host", "----+-------+-------------------+------", "  0 | etl   | § | db",
                "  1 | ops   | § | db",
                "(2 rows)",
            ]
        case .spark:
            [
                "+---+-----------------+", "| id|         password|", "+---+-----------------+", "|  0|§|", "|  1|§|",
                "+---+-----------------+",
            ]
        case .places: ["id    login    password", "0     etl      §", "1     ops      §"]
        case .numbered: ["   login           password", "0    etl  §", "1    ops  §"]
        case .tail: ["¶", "¶", "¶", "-----END " + "RSA PRIVATE KEY-----"]
        case .key: ["-----BEGIN " + "RSA PRIVATE KEY-----", "¶", "¶", "¶", "-----END " + "RSA PRIVATE KEY-----"]
        }
    }

    struct Planted {
        var lines: [String] = []
        var secrets: [String] = []
    }

    /// The lines with secrets in them; all are of one width.
    static func plant(_ content: Content, seed: UInt64) -> Planted {
        var random = SeededGenerator(seed: seed)
        var planted = Planted()
        for line in lines(content) {
            var text = ""
            for next in line {
                var secret = random.text(8, from: "abcdefghkmnpqrstuvwxyz") + random.text(6, from: "ABCDEFGHKMNPQRSTUVWXYZ")
                secret += random.text(3, from: "23456789")
                switch next {
                case "§": break
                case "¤": secret = String(decoding: Base64.encode(Array(secret.utf8)), as: UTF8.self)
                case "¶": secret = random.text(64, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
                default:
                    text.append(next)
                    continue
                }
                planted.secrets.append(secret)
                text += secret
            }
            planted.lines.append(text)
        }
        return planted
    }

    @Test(arguments: LogForm.allCases) func isFoundInEveryForm(form: LogForm) {
        for content in Content.allCases {
            let planted = Self.plant(content, seed: 7)
            guard form.takes(planted.lines) else { continue }
            let text = form.write(planted.lines)
            let clean = Samples.scrub(text)
            let left = planted.secrets.filter { clean.contains($0) }
            #expect(left.isEmpty, "\(form), \(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
            let lines = clean.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            // The lines of a key that stand below each other become one.
            let isOne = (content == .key || content == .tail) && (form == .bare || form == .serverOnce)
            #expect(isOne || lines.count == planted.lines.count, "\(clean)")
            for (number, line) in lines.enumerated() {
                let (head, tail) = (form.head(number, of: lines.count), form.tail(number, of: lines.count))
                #expect(line.hasPrefix(head) && line.hasSuffix(tail), "\(form), \(content)\n\(line)")
            }
            #expect(Samples.scrub(clean) == clean, "\(form), \(content)\n\(clean)")
        }
    }

    /// Lines of others stand in between.
    @Test(arguments: LogForm.allCases) func isFoundAmongOthers(form: LogForm) {
        for content in Content.allCases where form != .serverOnce && form != .bare {
            let planted = Self.plant(content, seed: 8)
            guard form.takes(planted.lines) else { continue }
            var lines: [String] = []
            for (number, line) in planted.lines.enumerated() {
                lines.append(line)
                lines.append(["working", "half-done", "rows:18231", "attempt/2"][number % 4])
            }
            let text = form.write(lines)
            let clean = Samples.scrub(text)
            let left = planted.secrets.filter { clean.contains($0) }
            #expect(left.isEmpty, "\(form), \(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
        }
    }

    /// The text as one string of a reply, as the servers send it.
    @Test(arguments: LogForm.allCases) func isFoundInReplies(form: LogForm) throws {
        for content in Content.allCases {
            let planted = Self.plant(content, seed: 9)
            guard form.takes(planted.lines) else { continue }
            let text = "::group::Log message source details\n/opt/airflow/logs/attempt=1.log\n" + form.write(planted.lines)
            let reply = "{\"log\":" + Self.quoted(text) + ",\"truncated\":false}"
            let scrubber = ReplyScrubber(Samples.engine)
            let clean = String(decoding: try ReplyDriver.scrub([Array(reply.utf8)], scrubber), as: UTF8.self)
            let left = planted.secrets.filter { clean.contains($0) }
            #expect(left.isEmpty, "\(form), \(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
        }
    }

    /// As programs of Python print lists of lines and of texts with line breaks.
    @Test(arguments: [LogForm.bare, .airflow, .server, .python, .docker]) func isFoundInPython(form: LogForm) {
        for content in Content.allCases {
            let planted = Self.plant(content, seed: 13)
            guard planted.lines.allSatisfy({ !$0.contains { $0 == "'" || $0 == "\t" } }) else { continue }
            let lines = form.write(planted.lines).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            for text in [
                "[('worker-1', '" + lines.joined(separator: "\\n") + "\\n')]", "lines: ['" + lines.joined(separator: "', '") + "']",
            ] {
                let clean = Samples.scrub(text)
                let left = planted.secrets.filter { clean.contains($0) }
                #expect(left.isEmpty, "\(form), \(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
            }
        }
    }

    /// A line an event, as Airflow serves logs, with events of others in between: in one reply, one item a content block, one message each.
    @Test(arguments: Content.allCases) func isFoundFromEventToEvent(content: Content) throws {
        let planted = Self.plant(content, seed: 12)
        let others = ["working", "Rows written: 18231", "DAG bundles loaded: dags-folder"]
        let bound = ",\"level\":\"info\",\"logger\":\"task.stdout\",\"filename\":\"etl.py\",\"lineno\":12}"
        func event(_ text: String, _ number: Int) -> String {
            "{\"timestamp\":\"2026-11-22T06:43:\(number + 10).399741Z\",\"event\":" + Self.quoted(text) + bound
        }
        func block(_ text: String) -> String { "{\"type\":\"text\",\"text\":" + Self.quoted(text) + "}" }
        let lines = planted.lines.enumerated().flatMap { [$0.element, others[$0.offset % others.count]] }
        let events = lines.enumerated().map { event($0.element, $0.offset) }
        // What stands before the first of them was not seen, and the END line comes in another value.
        if content == .tail { return }
        for reply in [
            "{\"content\":[" + events.joined(separator: ",") + "],\"continuation_token\":null}",
            "{\"content\":[" + lines.map(block).joined(separator: ",") + "]}",
            "{\"content\":[" + events.map(block).joined(separator: ",") + "]}", "[" + lines.map(Self.quoted).joined(separator: ",") + "]",
        ] {
            let clean = String(decoding: try ReplyDriver.scrub([Array(reply.utf8)], ReplyScrubber(Samples.engine)), as: UTF8.self)
            let left = planted.secrets.filter { clean.contains($0) }
            #expect(left.isEmpty, "\(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
            for other in others where reply.contains(other) { #expect(clean.contains(other), "\(clean)") }
        }
        let scrubber = ReplyScrubber(Samples.engine)
        var open = OpenZones()
        var clean = ""
        for event in events {
            scrubber.reset()
            scrubber.openZones = open
            let message = "{\"level\":\"info\",\"data\":\(event)}"
            clean += String(decoding: try ReplyDriver.scrub([Array(message.utf8)], scrubber), as: UTF8.self) + "\n"
            open = scrubber.openZones
        }
        let left = planted.secrets.filter { clean.contains($0) }
        #expect(left.isEmpty, "\(content): \(left.count) of \(planted.secrets.count) left\n\(clean)")
        for other in others.prefix(lines.count / 2) { #expect(clean.contains(other), "\(clean)") }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
            .split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "\\t")
        return "\"" + escaped + "\""
    }

    @Test(arguments: LogForm.allCases) func theCutDoesNotMatter(form: LogForm) {
        for content in Content.allCases {
            let planted = Self.plant(content, seed: 10)
            guard form.takes(planted.lines) else { continue }
            let bytes = Array(("before\n" + form.write(planted.lines) + "behind it: 1, 2, 3\n").utf8)
            let whole = Samples.scrub(bytes)
            for cut in stride(from: 1 + Int(form.head(0, of: 1).utf8.count) % 7, through: bytes.count, by: 31) {
                let settled = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
                #expect(settled == whole, "\(form), \(content), cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
                if settled != whole { break }
            }
            #expect(Samples.scrubSettling(bytes, pieces: bytes.map { [$0] }) == whole, "\(form), \(content)")
        }
    }

    @Test(arguments: LogForm.allCases) func anySplitOfALongTextGivesTheSame(form: LogForm) {
        var random = SeededGenerator(seed: 11)
        var text = ""
        for (number, content) in (Content.allCases + Content.allCases + Content.allCases).enumerated() {
            let planted = Self.plant(content, seed: UInt64(20 + number))
            guard form.takes(planted.lines) else { continue }
            text += form.write((0..<(number % 7) * 9).map { "step \($0) of it is done" }) + form.write(planted.lines)
        }
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        for longest in [60, 900, 40_000] {
            let pieces = random.pieces(of: bytes, longest: longest)
            #expect(Self.difference(Samples.scrub(bytes, pieces: pieces), whole) == nil, "\(form) \(longest)")
            #expect(Self.difference(Samples.scrubSettling(bytes, pieces: pieces), whole) == nil, "\(form) \(longest)")
        }
    }

    /// What stands around the first place where two texts differ.
    static func difference(_ one: [UInt8], _ other: [UInt8]) -> String? {
        if one == other { return nil }
        let place = zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(one.count, other.count)
        func around(_ text: [UInt8]) -> String { String(decoding: text.dropFirst(max(0, place - 200)).prefix(300), as: UTF8.self) }
        return around(one) + "\n----\n" + around(other)
    }

    /// Whatever one text left open, the next is found.
    @Test(arguments: [LogForm.bare, .airflow, .server, .events]) func oneBehindTheOther(form: LogForm) {
        for one in Content.allCases {
            for other in Content.allCases {
                let (first, second) = (Self.plant(one, seed: 30), Self.plant(other, seed: 31))
                let clean = Samples.scrub(form.write(first.lines + ["step 1 of it is done", "step 2 of it is done"] + second.lines))
                let left = (first.secrets + second.secrets).filter { clean.contains($0) }
                #expect(left.isEmpty, "\(form), \(one), \(other): \(left.count) left\n\(clean)")
            }
        }
    }

    /// What looks like a head, a value or a field and is none.
    @Test(arguments: LogForm.allCases) func isLeftAlone(form: LogForm) {
        for lines in [
            ["Missing columns: user, password, host", "found x, k7q2Mx4Wp9Zt, y"],
            ["apiVersion: v1", "kind: ConfigMap", "data:", "  alpha: Z0NHVnhSaDFKQ200R0tCclpuZUJ2c05R", "  mode: fast"],
            ["user,password_changed", "x,k7q2Mx4Wp9Zt"], ["NAME     TYPE    DATA   AGE", "token    Opaque  3      4d"],
            ["user,password", "etl,", "ops,***", "adm,None"], ["data:", "  alpha: Z0NHVnhSaDFKQ200R0tCclpuZUJ2c05R"],
            ["apiVersion: v1", "kind: Secret", "metadata:", "  name: airflow-fernet", "  uid: 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"],
            ["the token, mode=fast retries=3", "x, k7q2Mx4Wp9Zt mode=fast"],
            ["password:", "Authorization: Bearer ***", "Please enter your password:  "],
        ] where form.takes(lines) {
            let text = form.write(lines)
            #expect(Samples.scrub(text) == text)
        }
    }
}
