import Core
import Crypto
import Telemetry
import Testing

@testable import Audit

@Suite struct AuditRecordTests {
    private func text(_ record: AuditRecord) -> String {
        var clock = TimeText()
        var out = ByteBuffer()
        record.write(&clock, into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func writesWhatIsKnown() {
        var record = AuditRecord(time: WallTime(nanoseconds: 1_700_000_000_123_000_000))
        record.id = 0xAB
        record.decision = .allow
        record.outcome = .answered
        record.principal = bytes("\"issuer\":\"i\",\"subject\":\"s\"")
        record.route = bytes("/mcp")
        record.policy = bytes("readers")
        record.policyHash = bytes("ff")
        record.rule = bytes("read")
        record.shadows = [bytes("what-if"), bytes("\"")]
        record.era = "modern"
        record.method = "tools/call"
        record.kind = "tool"
        record.object = bytes("get_dag")
        record.argumentDigest = bytes("aa")
        record.arguments = [(bytes("dag_id"), .text(bytes("a\"b"))), (bytes("limit"), .plain(bytes("5")))]
        record.reissue = "mint"
        record.redactions = [("aws-key-id", 2)]
        record.status = 200
        record.upstreamStatus = 200
        record.bytesIn = 10
        record.bytesOut = 20
        record.total = 1_500
        #expect(
            text(record)
                == #""time":"2023-11-14T22:13:20.123Z","id":"00000000000000ab","decision":"allow","outcome":"answered","#
                + #""issuer":"i","subject":"s","route":"/mcp","policy":"readers","policy_hash":"ff","rule":"read","#
                + #""shadows":["what-if","\""],"era":"modern","#
                + #""method":"tools/call","kind":"tool","object":"get_dag","arguments_digest":"aa","#
                + #""arguments":{"dag_id":"a\"b","limit":5},"reissue":"mint","status":200,"upstream_status":200,"#
                + #""bytes_in":10,"bytes_out":20,"redactions":{"aws-key-id":2},"us":1.5"# + "\n")
    }

    @Test func pseudonymsHideWhoButNotWhatThePolicyAskedFor() {
        var secret = [UInt8](repeating: 7, count: 32)
        let names = AuditNames(SecretBytes(taking: &secret))
        func name(_ subject: String, _ isPseudonym: Bool) -> String {
            String(
                decoding: names.principal(
                    issuer: bytes("https://idp"), subject: bytes(subject), client: bytes("cli"), groups: [bytes("analytics")], scopes: [],
                    isPseudonym: isPseudonym), as: UTF8.self)
        }
        let plain = #""issuer":"https://idp","subject":"alice","client":"cli","groups":["analytics"]"#
        #expect(name("alice", false) == plain)
        let hidden = name("alice", true)
        #expect(!hidden.contains("alice") && !hidden.contains("idp") && hidden.contains("analytics"))
        #expect(hidden == name("alice", true) && hidden != name("bob", true))
    }

    @Test func digestsCompareUnderOneKeyOnly() {
        let first = AuditNames(nil)
        let second = AuditNames(nil)
        #expect(first.digest(bytes("{}").span) == first.digest(bytes("{}").span))
        #expect(first.digest(bytes("{}").span) != first.digest(bytes("{ }").span))
        #expect(first.digest(bytes("{}").span) != second.digest(bytes("{}").span))
        #expect(first.digest(bytes("{}").span).count == 32)
    }
}
