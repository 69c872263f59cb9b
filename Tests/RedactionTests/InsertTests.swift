import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// Values of statements that insert, found by the names of their columns.
@Suite struct InsertTests {
    static let secret = "Granite" + "Willow" + "72"
    static let token = "q7Xk2Mx4" + "W9zLr8Tb" + "V3nPc6Yd"

    @Test(arguments: [
        "INSERT INTO users (id, name, db_password) VALUES (1, 'it''s, me', '¤');", "insert into t (`db_password`, b) values ('¤', 2)",
        "INSERT INTO t (id,\n  db_password,\n  b)\nVALUES (1,\n  '¤',\n  3)", "INSERT INTO t([db_password]) VALUES ('¤')",
        "INSERT INTO t (db_password, old_password) VALUES ('¤', '¤')", "REPLACE INTO t (a, \"db_password\") VALUES ('x', '¤')",
    ])
    func isFound(text: String) {
        let clean = Samples.scrub(text.replacing("¤", with: Self.secret))
        #expect(!clean.contains(Self.secret), "\(clean)")
    }

    @Test(arguments: [
        "INSERT INTO users (id, name, db_password) VALUES (%s, %s, %s)", "INSERT INTO t (db_password) SELECT p FROM u",
        "INSERT INTO t (db_password, b) VALUES (:password, :b)", "INSERT INTO t (id, db_password) VALUES (1, NULL)",
        "f(password, b) VALUES", "INSERT INTO t (db_password, a) VALUES (NULL, 'users of the old kind')",
    ])
    func passes(text: String) {
        let clean = Samples.scrub(text)
        #expect(clean == text)
    }

    @Test func everySplitGivesTheSame() {
        let text = """
            INSERT INTO users (id, name, db_password, api_token) VALUES (1, 'it''s', '\(Self.secret)', '\(Self.token)');
            INSERT INTO users (id, db_password) VALUES (now(), '\(Self.secret)'), (2, 'x') -- done

            """
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        for cut in 0...bytes.count {
            let settled = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            let isSame = settled == whole
            #expect(isSame, "cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
        }
    }

    /// Lists that reach further than one looks, behind names that were looked at before, cut anywhere.
    @Test(arguments: UInt64(1)...6) func longListsDoNotDependOnSplits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var text = ""
        for _ in 0..<400 {
            let count = Int.random(in: 1...70, using: &random)
            let names = (0..<count).map { _ in random.pick(["password", "api_token", "id", "customer_name", "b"]) }
            let values = names.map { _ in random.pick(["1", "'\(Self.secret)'", "NULL", "'a, ''b'", "'\(Self.token)'"]) }
            text += "INSERT INTO t (\(names.joined(separator: ", "))) VALUES (\(values.joined(separator: ", ")));\n"
        }
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        for longest in [7, 300, 5_000, 40_000] {
            let isSame = Samples.scrubSettling(bytes, pieces: random.pieces(of: bytes, longest: longest)) == whole
            #expect(isSame, "pieces of up to \(longest)")
        }
    }
}
