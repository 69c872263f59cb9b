import JSON
import Policy
import Testing

@Suite struct ForcedArgumentsTests {
    static let policy = """
        version: 1
        name: p
        rules:
          - id: r
            allow: tools/call
            tools: [t]
            principals: [anyone]
            set: { dry_run: true, note: "by \\"Louver\\"", list: [1, a, null], "odd\\tname": 1.50 }
            default: { limit: 10 }
        """

    @Test(arguments: [
        (nil, #"{"dry_run":true,"note":"by \"Louver\"","list":[1,"a",null],"odd\tname":1.50,"limit":10}"#),
        ("null", #"{"dry_run":true,"note":"by \"Louver\"","list":[1,"a",null],"odd\tname":1.50,"limit":10}"#),
        ("{}", #"{"dry_run":true,"note":"by \"Louver\"","list":[1,"a",null],"odd\tname":1.50,"limit":10}"#),
        (
            #"{"z":1.0e5,"dry_run":false,"limit":99999999999999999999}"#,
            #"{"z":1.0e5,"dry_run":true,"limit":99999999999999999999,"note":"by \"Louver\"","list":[1,"a",null],"odd\tname":1.50}"#
        ),
        (
            #"{"dry\u005frun":false,"limit":null,"a":"\u003c\n"}"#,
            #"{"dry_run":true,"limit":10,"a":"<\n","note":"by \"Louver\"","list":[1,"a",null],"odd\tname":1.50}"#
        ),
    ])
    func rewrites(arguments: String?, expected: String) throws {
        let permit = try PolicyFiles.load(Self.policy).judge(try Calls.principal(), try Calls.tool("t", arguments)).permit
        #expect(String(decoding: try #require(permit?.arguments), as: UTF8.self) == expected)
    }
}
