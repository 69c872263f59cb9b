import Core
import JSON
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// What operators and hooks write into task logs; `¤` stands for letters and digits at random.
@Suite struct OperatorLogTests {
    private static func fill(_ text: String, _ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return text.split(separator: "¤", omittingEmptySubsequences: false).joined(
            separator: "q" + random.text(5, from: "abcdefghkmnpqrstuvwxyz") + "7" + random.text(6, from: "ABCDEFGHKMNPQRSTUVWXYZ23456789"))
    }

    @Test func tellsTwinsAlikeWhereOneValueHasSeveralNames() throws {
        let secret = Self.fill("¤x4", 9)
        let inner =
            #"{"password": "\#(secret)", "AIRFLOW_VAR_API_TOKEN": "\#(secret)", "v": {"key": "slack_token", "value": "\#(secret)"}}"#
        var text = ByteBuffer()
        JSONText.appendString(inner, to: &text)
        let reply = Array(#"{"content":[{"type":"text","text":"#.utf8) + text.copy() + Array(#"}],"structuredContent":\#(inner)}"#.utf8)
        let document = try JSONDocument.parse(ReplyDriver.scrub([reply], ReplyScrubber(Samples.engine)))
        let twin = try JSONDocument.parse(try #require(document.root["content"]?.first?["text"]?.string))
        let structure = try #require(document.root["structuredContent"])
        var one = ByteBuffer()
        var other = ByteBuffer()
        structure.write(into: &one)
        twin.root.write(into: &other)
        #expect(one.copy() == other.copy() && !Survival.survives(secret, in: String(decoding: one.copy(), as: UTF8.self)))
    }

    /// A line and the secret in it.
    @Test(arguments: [
        ("conn = trino.auth.BasicAuthentication('etl', '¤')", "¤"), ("BasicAuthentication(\"etl\", \"¤\")", "¤"),
        // Marks in the password of a command line.
        ("curl -u etl:¤/op8ENxOP https://x.example/", "¤/op8ENxOP"), ("curl --user 'etl:¤@dc2X' https://x.example/", "¤@dc2X"),
        ("curl -u etl:P@¤ https://x.example/", "P@¤"),
        // Signs in a value.
        ("smtp_password = Jhx&=¤", "Jhx&=¤"), ("db_password=Jhx;:¤", "Jhx;:¤"),
        // Tokens that people make up.
        ("bot_token=¤!#", "¤!#"), ("auth_token: Ha4-bor!¤", "Ha4-bor!¤"), ("api_key=Pd%^x¤", "Pd%^x¤"),
        ("token='T*x?=df0%i¤'", "T*x?=df0%i¤"),
    ])
    func isFound(line: String, secret: String) {
        for seed in UInt64(1)...4 {
            let clean = Samples.scrub(Self.fill(line, seed))
            #expect(!clean.contains(Self.fill(secret, seed)) && clean.contains("REDACTED_"), "\(clean)")
            for part in Self.fill(secret, seed).split(whereSeparator: { "/@!#*?%^".contains($0) }) where part.count > 3 {
                #expect(!clean.contains(part), "\(part) of \(clean)")
            }
        }
    }

    @Test(arguments: [
        "continuation token: fUOGMxNchvSe5eE¤37Bo¤DhNFQpO6x01i7TvVU", "page token: ¤¤¤", "Next token ¤¤",
        "authorization: required scopes: [read:orders, write:orders]", "Authorization: missing scopes: write",
        "INSERT INTO api_keys_count VALUES ('notify_secrets_team', 35599, '2026-03-09T22:21:00')",
        "BigQuery job airflow_daily_sales_notify_secrets_team_2026_01_01T00_00_00_00_00_72122ac6e94c28246dc8d4e28b689057 done",
        // Names of tasks are no heads of columns.
        "Marking task as SUCCESS. dag_id=eod, task_id=notify_secrets_team, run_id=manual__2026-11-22T00:00:00+00:00, try=1\na,¤¤,x",
        "{\"event\": \"Marking task as SUCCESS. dag_id=eod, task_id=rotate_api_key, run_id=m, start_date=20260102T000012\"}\n"
            + "{\"event\": \"RECORD: airflow/models/connection.py,sha256=¤¤¤,82054\"}",
        "x?password=***&=1&b=2", "mismatched input near token: 'a#1&b*2x', expecting ')'", "token=user@example1", "auth_tokens=12 of 20",
        "docker run -u 1000:1000/x img", "rsync -u host:5432/dw x", "curl -u etl:$PASSWORD/x https://x.example/",
    ])
    func isLeftAlone(line: String) {
        for seed in UInt64(1)...4 {
            let text = Self.fill(line, seed)
            #expect(Samples.scrub(text) == text)
        }
    }
}
