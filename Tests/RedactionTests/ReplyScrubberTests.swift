import Core
import JSON
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

@Suite struct ReplyScrubberTests {
    private func scrub(_ text: String) throws -> (text: String, scrubber: ReplyScrubber) {
        let scrubber = ReplyScrubber(Samples.engine)
        return (String(decoding: try ReplyDriver.scrub([Array(text.utf8)], scrubber), as: UTF8.self), scrubber)
    }

    private static func quoted(_ text: String) -> String {
        var out = ByteBuffer()
        JSONText.appendString(text, to: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private let password = "hunter" + "2-x9!"

    @Test func replacesTheValuesOfNamedKeys() throws {
        let (text, scrubber) = try scrub(
            #"{"password":"\#(password)","port":5432,"pin_password":12345,"ok":true,"token":null,"a":["x","\#(password)"]}"#)
        #expect(text.hasPrefix(#"{"password":"REDACTED_password_"#))
        #expect(text.hasSuffix(#""port":5432,"pin_password":0,"ok":true,"token":null,"a":["x","\#(password)"]}"#))
        #expect(scrubber.report.numbers == 1 && scrubber.report.total == 1 && !scrubber.mustWithhold)
    }

    @Test func pairsNamesWithValues() throws {
        for text in [#"{"key":"db_password","value":"\#(password)"}"#, #"["--password","\#(password)"]"#, #"["password","\#(password)"]"#] {
            let clean = try scrub(text).text
            #expect(!clean.contains(password) && clean.contains("password\""), "\(clean)")
        }
    }

    @Test(arguments: UInt64(1)...4) func textTwinAndStructureComeOutAlike(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let secret = random.text(14, from: "abcdefgh23456789ABC")
        let inner = #"{"conn_id": "w", "password": "\#(secret)", "extra": "{\"aws_secret_access_key\": \"\#(secret)\"}", "port": 5432}"#
        let twin = try scrub(#"{"content":[{"type":"text","text":\#(Self.quoted(inner))}],"structuredContent":\#(inner)}"#).text
        let document = try JSONDocument.parse(Array(twin.utf8))
        let text = try #require(document.root["content"]?.first?["text"]?.string)
        let structure = try #require(document.root["structuredContent"])
        var written = ByteBuffer()
        structure.write(into: &written)
        var parsed = ByteBuffer()
        try JSONDocument.parse(text).root.write(into: &parsed)
        #expect(written.copy() == parsed.copy())
        #expect(!Survival.survives(secret, in: twin), "\(twin)")
    }

    @Test func withholdsForASecretInALink() throws {
        let secret = "Wh" + "7-twT9xKq"
        for link in ["postgresql://u:\(secret)@h/d", "https://h/x?a=1&password=\(secret)", "https://h/?api_key=\(secret)"] {
            let (text, scrubber) = try scrub(#"{"link":"\#(link)"}"#)
            #expect(scrubber.mustWithhold && text.contains(link), "\(link)")
        }
        for link in ["airflow://dags/etl/runs/manual__2026-01-01T00:00:00+00:00", "s3://bucket/dags/a.py?page=2", "http://u@h:80/x#y"] {
            #expect(try !scrub(#"{"link":"\#(link)"}"#).scrubber.mustWithhold, "\(link)")
        }
    }

    @Test func withholdsForASecretInANameOfTheProtocol() throws {
        var random = SeededGenerator(seed: 4)
        let token = "gh" + "p_" + random.text(36, from: "ABCDEFGHIJabcdefghij0123456789")
        let text = #"{"additionalProperties":1,"\#(token)":{"dag_run_id":2}}"#
        let scrubber = ReplyScrubber(Samples.engine)
        let out = try ReplyDriver.scrub([Array(text.utf8)], scrubber, keys: .protocolField)
        #expect(scrubber.mustWithhold && out == Array(text.utf8))
        scrubber.reset()
        _ = try ReplyDriver.scrub([Array(text.replacing(token, with: "aws_access_key_id").utf8)], scrubber, keys: .protocolField)
        #expect(!scrubber.mustWithhold)
    }

    @Test func withholdsForASecretInAProtocolField() throws {
        var random = SeededGenerator(seed: 3)
        let token = "gh" + "p_" + random.text(36, from: "ABCDEFGHIJabcdefghij0123456789")
        #expect(try scrub(#"{"uri":"airflow://x/\#(token)"}"#).scrubber.mustWithhold)
        #expect(try !scrub(#"{"uri":"airflow://x/password=\#(password)"}"#).scrubber.mustWithhold)
        #expect(try !scrub(#"{"cursor":"\#(token)"}"#).scrubber.mustWithhold)
        #expect(try scrub(#"{"cursor":"\#(token)"}"#).text.contains(token))
    }

    /// A stream hands on to its next message that a private key was begun, and no field of the protocol is taken for a line of it.
    @Test func aPrivateKeyGoesOnInTheNextMessage() throws {
        var random = SeededGenerator(seed: 4)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let body = (0..<5).map { _ in random.text(64, from: letters) }
        let label = "PRIVATE " + "KEY-----"
        let lines = ["-----BEGIN " + label] + body + ["-----END " + label, body[0]]
        let scrubber = ReplyScrubber(Samples.engine)
        var open = OpenZones()
        for (number, line) in lines.enumerated() {
            for text in [line, "a line of somebody else's, with words"] {
                scrubber.reset()
                scrubber.openZones = open
                let clean = try ReplyDriver.scrub(
                    [Array(#"{"uri":"app://\#(random.text(40, from: letters))","data":"\#(text)"}"#.utf8)], scrubber)
                open = scrubber.openZones
                let isKept = String(decoding: clean, as: UTF8.self).hasSuffix(#","data":"\#(text)"}"#)
                #expect(isKept == !((1...5).contains(number) && text == line), "\(number): \(String(decoding: clean, as: UTF8.self))")
                #expect(!scrubber.mustWithhold)
            }
        }
        #expect(open.isEmpty)
    }

    @Test func scrubsBlobsOfText() throws {
        let plain = "db password=" + password + "\n"
        let (text, _) = try scrub(#"{"blob":"\#(String(decoding: Base64.encode(Array(plain.utf8)), as: UTF8.self))","x":1}"#)
        let blob = try #require(JSONDocument.parse(Array(text.utf8)).root["blob"]?.string)
        let decoded = String(decoding: try #require(Base64.decode(blob)), as: UTF8.self)
        #expect(decoded.hasPrefix("db password=REDACTED_password_") && decoded.hasSuffix("\n"))
        let clean = #"{"blob":"\#(String(decoding: Base64.encode(Array("nothing here".utf8)), as: UTF8.self))"}"#
        #expect(try scrub(clean).text == clean)
    }

    @Test(arguments: UInt64(1)...8) func anySplitGivesTheSameAndTheShapeStays(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let lines = TextScrubberTests.lines(seed: seed)
        let haystack = String(decoding: Haystack.text(lines: 60, seed: seed, planting: lines.map(\.line)), as: UTF8.self)
        let events = lines.map { #"{"timestamp":"2026-11-21","event":\#(Self.quoted($0.line)),"lineno":7,"level":"info"}"# }.joined(
            separator: ",")
        let nested = Self.quoted(#"{"content":[\#(events)],"next":null}"#)
        let text = Array(#"{"result":{"content":[{"text":\#(nested)},{"text":\#(Self.quoted(haystack))}],"structured":[\#(events)]}}"#.utf8)
        let scrubber = ReplyScrubber(Samples.engine)
        let whole = try ReplyDriver.scrub([text], scrubber)
        for longest in [1, 13, 3_000] {
            scrubber.reset()
            #expect(try ReplyDriver.scrub(random.pieces(of: text, longest: longest), scrubber) == whole)
        }
        #expect(Shape.of(try JSONDocument.parse(whole).root) == Shape.of(try JSONDocument.parse(text).root))
        let shown = String(decoding: whole, as: UTF8.self)
        for (line, secrets) in lines {
            for secret in secrets { #expect(!Survival.survives(secret, in: shown), "\(line)") }
        }
        scrubber.reset()
        #expect(try ReplyDriver.scrub([whole], scrubber) == whole)
    }
}

/// The skeleton of a JSON value: keys and kinds without the values.
enum Shape {
    static func of(_ node: JSONNode) -> String {
        switch node.kind {
        case .object:
            var parts: [String] = []
            node.forEachMember { key, value in
                var name: [UInt8] = []
                for at in 0..<key.count { name.append(key[at]) }
                parts.append(String(decoding: name, as: UTF8.self) + ":" + of(value))
            }
            return "{" + parts.joined(separator: ",") + "}"
        case .array:
            var parts: [String] = []
            node.forEachElement { parts.append(of($0)) }
            return "[" + parts.joined(separator: ",") + "]"
        default: return "\(node.kind)"
        }
    }
}

extension JSONNode {
    var first: JSONNode? {
        var found: JSONNode?
        forEachElement { if found == nil { found = $0 } }
        return found
    }
}
