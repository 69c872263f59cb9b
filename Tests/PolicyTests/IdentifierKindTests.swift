import JSON
import Testing

@testable import Policy

@Suite struct IdentifierKindTests {
    static let table: [(IdentifierKind, [String], [String])] = [
        (
            .dag, ["my_dag", "my-dag.v2", "группа", "日本", "a", "x.y", String(repeating: "a", count: 250)],
            [
                "", ".", "..", "~", "a..b", "../connections/x", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b", " a", "a\n", "a\u{0}",
                "a\u{7F}", "a:b",
                "a;b", "a&b", "a@b", "a*", "{a}", "a\u{2044}b", "a\u{FF0F}b", "a\u{2215}b", "a\u{200B}", "a\u{202E}b", "\u{FEFF}a",
                "a\u{0301}",
                String(repeating: "a", count: 251),
            ]
        ),
        (.dags, ["a", "a,b", "a, b ,c".replacing(" ,", with: ",")], ["", ",", "a,", "a,../b", "a,b/c", "a,~", ",a"]),
        (
            .run, ["manual__2026-01-01T00:00:00+00:00", "scheduled__2026-01-01T00:00:00.123456+00:00", "a~b", "x"],
            ["", "~", ".", "../../../variables/x", "a/b", "a b", "a%2e%2e", "é", "a?x=1", "a#b", "a..b"]
        ),
        (.connection, ["aws_default", "my-conn:1", "c!(x)", "a.b"], ["", "~", "a/b", "a#b", "a\\b", "..", "a..b", "é", "a b"]),
        (
            .name, ["return_value", "my key", "a=b&c", "Größe", "a:b", "k@v", "数据"],
            [
                "", " a", "a ", "a/b", "..", "a..b", ".", "~", "a%b", "a?b", "a#b", "a\\b", "a\tb", "a\u{FF0F}b", "a\u{2024}\u{2024}b",
                "a\u{200B}b",
            ]
        ),
        (
            .integer, ["0", "-1", "42", "9223372036854775807"],
            ["", "-", "1.5", "1e3", "0x1", " 1", "1/..", "١", "+1", String(repeating: "1", count: 21)]
        ),
        (
            .uri, ["s3://bucket/key", "postgres://db/schema.table", "x:y", "file:///a/b.c", "s3://b/a%20b".replacing("%20", with: "%41")],
            [
                "", "bucket/key", "/variables/x", "../variables/x", "s3://b/../x", "s3://b/./x", "s3://b/.", "s3://b/%2e%2e/x",
                "s3://b/%2Fx",
                "s3://b/%252e", "s3://b?x=1", "s3://b#x", "s3:\\\\b", "s3://b x", "s3://b/%", "s3://b/%zz", "s3://b/\n", "1a://b",
                "s3://b/é",
            ]
        ),
        (.free, ["", "../x", "a/b\u{0}"], []),
    ]

    @Test(arguments: table.indices)
    func accepts(index: Int) {
        let (kind, good, bad) = Self.table[index]
        for text in good { #expect(kind.acceptsText(Array(text.utf8).span) == true, "\(kind) refuses \(text.debugDescription)") }
        for text in bad { #expect(kind.acceptsText(Array(text.utf8).span) == false, "\(kind) accepts \(text.debugDescription)") }
    }

    @Test(arguments: [
        (IdentifierKind.dag, "null", true), (.dag, "5", false), (.dag, "true", false), (.dag, "{}", false), (.dag, "[]", true),
        (.dag, #"["a","b"]"#, true), (.dag, #"["a","../b"]"#, false), (.dag, #"[["a",0],["b",1]]"#, true),
        (.dag, #"[["a",0],["../b",1]]"#, false),
        (.dag, #"["a",{"x":"../b"}]"#, false), (.integer, "5", true), (.integer, "5.5", false), (.integer, "-1", true),
        (.integer, #""7""#, true),
        (.integer, #""7/..""#, false), (.integer, "[1,2]", true), (.integer, "99999999999999999999", false),
        (.dag, #""a\u002fb""#, false), (.dag, #""\u002e\u002e""#, false), (.free, "{}", true),
    ])
    func judgesValues(kind: IdentifierKind, json: String, expected: Bool) throws {
        #expect(kind.accepts(try Calls.json(json)) == expected)
    }

    @Test(arguments: ["dag_id", "dagId", "DAG_ID", "dag-id", "DagID", "dag__id"])
    func namesAreKnownInEverySpelling(name: String) {
        #expect(IdentifierNames.kind(of: Array(name.utf8).span) == .dag)
    }
}
