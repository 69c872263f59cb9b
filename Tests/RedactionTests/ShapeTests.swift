import TestSupport
import Testing

@testable import Redaction

/// Tokens in which nothing can be searched for, and text that is written as digits.
@Suite struct ShapeTests {
    private static let mixed = "ABCDEFGHJKabcdefghjk0123456789-_QRSTqrstWXYZwxyz"

    private static func texts(seed: UInt64) -> [(text: String, secret: String)] {
        var random = SeededGenerator(seed: seed)
        let asana = random.text(32, from: "0123456789abcdef")
        let okta = random.text(40, from: mixed)
        let atlassian = random.text(70, from: mixed)
        let github = "gh" + "p_" + random.text(36, from: "ABCDEFGHabcdefgh0123456789")
        let line = "token is \(github) ok, and the rest of the line"
        return [
            ("[1/1204567890123456:\(asana)]", asana), ("url=2/1204567890123456/1214567890123456:\(asana), x", asana),
            ("got 00\(okta).", okta), ("key=00\(okta)&x", okta), ("user@ATKZ3\(atlassian) ", atlassian),
            ("using \(quoted(github, every: 5)) now", github), ("db_password=\(quoted(okta, every: 4)) x", okta),
            ("before\n\(dump(line))after", github), ("before\n\(dump(line, isPlain: true))after", github),
        ]
    }

    private static func quoted(_ text: String, every step: Int) -> String {
        text.utf8.enumerated().map { at, byte in
            at % step == 0 ? "=" + hex(byte).uppercased() : String(decoding: [byte], as: UTF8.self)
        }.joined()
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// What `hexdump -C` or `xxd` would show.
    private static func dump(_ text: String, isPlain: Bool = false) -> String {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 16).map { first in
            let row = bytes[first..<min(bytes.count, first + 16)]
            let offset = String(repeating: "0", count: 6) + hex(UInt8(first))
            let side = String(decoding: row, as: UTF8.self)
            if isPlain {
                let pairs = row.enumerated().map { $0 % 2 == 1 && $0 < 15 ? hex($1) + " " : hex($1) }.joined()
                return "\(offset): \(pairs)  \(side)\n"
            }
            let pairs = row.enumerated().map { $0 == 7 ? hex($1) + " " : hex($1) }.joined(separator: " ")
            return "\(offset)  \(pairs)  |\(side)|\n"
        }.joined()
    }

    @Test(arguments: UInt64(1)...5) func nothingOfThemIsLeft(seed: UInt64) {
        for (text, secret) in Self.texts(seed: seed) {
            let clean = Samples.scrub(text)
            #expect(clean.contains("REDACTED_"), "\(text) gave \(clean)")
            let bytes = Array(secret.utf8)
            for at in stride(from: 0, through: bytes.count - 8, by: 4) {
                let piece = bytes[at..<at + 8]
                let digits = piece.map(Self.hex).joined(separator: " ")
                #expect(!clean.contains(String(decoding: piece, as: UTF8.self)), "\(text) gave \(clean)")
                #expect(!clean.contains(digits), "\(text) gave \(clean)")
            }
        }
    }

    @Test(arguments: UInt64(1)...2) func anyCutGivesTheSame(seed: UInt64) {
        for (text, _) in Self.texts(seed: seed) {
            let bytes = Array(text.utf8)
            let whole = Samples.scrub(bytes)
            for cut in 0...bytes.count {
                let isSame = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])]) == whole
                #expect(isSame, "cut at \(cut) of \(text)")
            }
        }
    }

    @Test(arguments: [
        "Terminating session: 9cd83f3cd3b94083a57a146a2e324a03", "session_id=9cd83f3c-d3b9-4083-a57a-146a2e324a03 closed",
        "00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|\n",
        "lake/year=2026/month=11/day=21/hour=07/part=30/run=41/x.parquet", "sum 1/1204567890123456 done", "id 00-00000000-0000-0000",
        "ratio:1234567890123456:0123456789abcdef0123456789abcdef", "`authorization`, `retry-after`, `content-length`",
        "\"password\",\"created_at\"", "set %DB_PASSWORD% and %db_password%",
    ])
    func leavesWhatOnlyLooksLikeThem(text: String) {
        #expect(Samples.scrub(text) == text)
    }

    @Test(arguments: [
        ("Cookie: session=9cd83f3cd3b94083a57a146a2e324a03; lang=en", "9cd83f3c"),
        ("PHPSESSID=9cd83f3cd3b94083a57a146a2e324a03", "9cd83f3c"),
        ("password: %quartz9113%", "quartz"), ("\"otp_secret\",\"coffee-falcon-6428\"", "falcon"),
        ("{bind_password:Pepper&6387rocket other:1}", "rocket"),
    ])
    func takesWhatIsNone(text: String, secret: String) {
        #expect(!Samples.scrub(text).contains(secret))
    }
}
