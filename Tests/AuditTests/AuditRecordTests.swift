import Core
import Crypto
import Telemetry
import Testing

@testable import Audit

@Suite struct AuditRecordTests {
    private func text(
        _ record: borrowing AuditRecord, _ words: ExchangeWords, principal: [UInt8] = [], place: [UInt8] = [], object: [UInt8] = [],
        rule: [UInt8] = [], shadows: [[UInt8]] = [], arguments: (inout ByteBuffer) -> Void = { _ in }
    ) -> String {
        var clock = TimeText()
        var said = ByteBuffer()
        words.write(object: object.span, rule: rule.span, shadows: shadows, into: &said)
        var out = ByteBuffer()
        record.write(principal: principal, place: place, words: said.readable, &clock, into: &out, arguments: arguments)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func writesWhatIsKnown() {
        var record = AuditRecord(time: WallTime(nanoseconds: 1_700_000_000_123_000_000))
        record.id = 0xAB
        record.decision = .allow
        var words = ExchangeWords(.answered)
        words.era = "modern"
        words.method = "tools/call"
        record.kind = "tool"
        record.argumentDigest = AuditRecord.Digest((0xAA, 1))
        record.reissue = "mint"
        record.rarities = AuditRecord.Rarities(redactions: [("aws-key-id", 2)])
        words.status = 200
        words.upstreamStatus = 200
        words.bytesIn = 10
        words.bytesOut = 20
        record.total = 1_500
        let written = text(
            record, words, principal: bytes("\"issuer\":\"i\",\"subject\":\"s\""),
            place: AuditRecord.place(route: bytes("/mcp"), policy: bytes("readers"), hash: bytes("ff")), object: bytes("get_dag"),
            rule: bytes("read"), shadows: [bytes("what-if"), bytes("\"")]
        ) { out in
            let quoted = bytes("a\"b")
            AuditRecord.argument(bytes("dag_id"), text: quoted.span, into: &out)
            let five = bytes("5")
            AuditRecord.argument(bytes("limit"), plain: five.span, into: &out)
        }
        #expect(
            written
                == #""time":"2023-11-14T22:13:20.123Z","id":"00000000000000ab","decision":"allow","#
                + #""issuer":"i","subject":"s","route":"/mcp","policy":"readers","policy_hash":"ff","#
                + #""era":"modern","method":"tools/call","object":"get_dag","outcome":"answered","rule":"read","#
                + #""shadows":["what-if","\""],"status":200,"upstream_status":200,"bytes_in":10,"bytes_out":20,"#
                + #""kind":"tool","arguments_digest":"00000000000000aa0000000000000001","#
                + #""arguments":{"dag_id":"a\"b","limit":5},"reissue":"mint","redactions":{"aws-key-id":2},"us":1.5"# + "\n")
        #expect(!text(AuditRecord(time: WallTime(seconds: 0)), ExchangeWords(.denied)).contains("arguments"))
    }

    @Test func writesWhatFewHaveToSay() {
        var record = AuditRecord(time: WallTime(seconds: 0))
        record.rarities = AuditRecord.Rarities(
            peer: bytes("192.0.2.1:80"), bucket: bytes("per-user"), redactions: [("aws-key-id", 2), ("jwt", 1)], allowed: [("email", 3)])
        #expect(
            text(record, ExchangeWords(.limited)) == #""time":"1970-01-01T00:00:00.000Z","id":"0000000000000000","decision":"refuse","#
                + #""peer":"192.0.2.1:80","outcome":"limited","bucket":"per-user","redactions":{"aws-key-id":2,"jwt":1},"#
                + #""allowed":{"email":3},"us":0.0"# + "\n")
    }

    /// The room that is taken for a line holds the longest there can be.
    @Test func theLongestRecordHasRoom() throws {
        let long = [UInt8](repeating: 1, count: 2 * Limits.auditFieldBytesMax)
        var record = AuditRecord(time: WallTime.now())
        record.id = .max
        record.decision = .refuse
        record.kind = "resource"
        record.argumentDigest = AuditRecord.Digest((.max, .max))
        record.reissue = "passthrough"
        record.total = .max
        record.rarities = AuditRecord.Rarities(peer: long, bucket: long)
        var words = ExchangeWords(.unauthenticated)
        words.era = "modern"
        words.method = "notifications/resources/list_changed"
        words.reason = "a_reason_that_is_as_long_as_a_reason_may_ever_be_in_this_program"
        words.isStoreLost = true
        words.status = .max
        words.upstreamStatus = .max
        words.bytesIn = .max
        words.bytesOut = .max
        let text = text(
            record, words, principal: long, place: long, object: long, rule: long,
            shadows: Array(repeating: long, count: 2 * Limits.accessListMax)
        ) { out in AuditRecord.argument(long, text: long.span, into: &out) }
        let cut = String(repeating: "\\u0001", count: Limits.auditFieldBytesMax) + "..."
        #expect(text.contains("\"object\":\"\(cut)\",") && text.contains("\"bucket\":\"\(cut)\",") && text.hasSuffix(".6\n"))
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

    /// What an upgrade must not change: the digest is the beginning of HMAC-SHA256 under the key of the file.
    @Test func digestsCompareUnderOneKeyOnly() throws {
        let writer = try LineWriter.start(.standardError)
        defer { writer.finish() }
        var secret = [UInt8](repeating: 7, count: 32)
        let key = SecretBytes(taking: &secret)
        func log(_ key: SecretBytes?) -> AuditLog { AuditLog(writer: writer, names: AuditNames(key)) }
        func digest(_ text: String, _ log: AuditLog) -> String {
            var record = AuditRecord(time: WallTime(seconds: 0))
            record.argumentDigest = log.digest { $0.append(bytes(text)) }
            return String(self.text(record, ExchangeWords(.answered)).split(separator: "arguments_digest\":\"")[1].prefix(32))
        }
        let (first, same, other) = (log(key), log(key), log(nil))
        for text in ["{}", "{ }", String(repeating: "x", count: 1_000), ""] {
            let code = HMACKey(key, hash: .sha256).authenticate(bytes(text).span)
            #expect(digest(text, first) == String(decoding: Hex.encode(code.prefix(16)), as: UTF8.self))
            #expect(digest(text, first) == digest(text, same))
            #expect(digest(text, first) != digest(text, other))
        }
        #expect(digest("{}", first) != digest("{ }", first))
    }
}
