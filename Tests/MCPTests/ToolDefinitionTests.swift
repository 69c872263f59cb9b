import JSON
import Testing

@testable import MCP

@Suite struct ToolDefinitionTests {
    static let entry =
        #"{"name":"t","description":"d","inputSchema":{"type":"object","properties":{"b":{"type":"string"},"a":{"maximum":1.0}},"#
        + #""required":["a"]},"annotations":{"readOnlyHint":true}}"#

    private func read(_ text: String) throws -> ToolDefinition {
        try #require(ToolDefinition(try JSONDocument.parse([UInt8](text.utf8), dialect: .reply).root))
    }

    @Test func readsWhatItTakes() throws {
        let tool = try read(Self.entry)
        #expect(tool.arguments == [[UInt8]("a".utf8), [UInt8]("b".utf8)])
        #expect(tool.saysReadOnly == true)
        #expect(tool.digest.count == 32)
        #expect(try read(#"{"name":"t"}"#).arguments == [])
        for text in [#"{"description":"d"}"#, #"{"name":""}"#, #"{"name":7}"#, "[]"] {
            #expect(ToolDefinition(try JSONDocument.parse([UInt8](text.utf8)).root) == nil)
        }
    }

    @Test(arguments: [
        (#""name":"t""#, #""n\u0061me":"t""#), (#"{"name":"t","description":"d","#, #"{"description": "d",  "name":"t","#),
        (#""b":{"type":"string"},"a":{"maximum":1.0}"#, #""a":{"maximum":1.0},"b":{"type":"string"}"#),
        (#""name":"t""#, #""icons":[],"_meta":{"x":1},"name":"t""#), (#""name":"t""#, #""outputSchema":null,"name":"t""#),
    ])
    func otherSpellingsAreTheSame(old: String, new: String) throws {
        #expect(Self.entry.contains(old))
        #expect(try read(Self.entry.replacing(old, with: new)).digest == read(Self.entry).digest)
    }

    @Test(arguments: [
        (#""name":"t""#, #""name":"u""#), (#""description":"d""#, #""description":"d ""#), (#""description":"d""#, #""title":"d""#),
        (#""type":"string""#, #""type":"integer""#), ("1.0", "1"), (#"["a"]"#, #"["b"]"#), (#"["a"]"#, #"["a","b"]"#),
        (#""readOnlyHint":true"#, #""readOnlyHint":false"#), (#""name":"t""#, #""outputSchema":{},"name":"t""#),
        (#""description":"d","inputSchema""#, #""description":"d\ninputSchema={}","inputSchema""#),
    ])
    func everythingAModelGoesByCounts(old: String, new: String) throws {
        #expect(Self.entry.contains(old))
        #expect(try read(Self.entry.replacing(old, with: new)).digest != read(Self.entry).digest)
    }

    @Test func pagesAreRead() throws {
        let list = #"{"tools":[{"name":"a"},{"name":"a","title":"x"},{},{"name":"b"}],"nextCursor":"c"}"#
        let page = try #require(ToolPage([UInt8](#"{"jsonrpc":"2.0","id":1,"result":\#(list)}"#.utf8)))
        #expect(page.tools.map(\.name) == [[UInt8]("a".utf8), [UInt8]("b".utf8)])
        #expect(page.cursor == [UInt8]("c".utf8))
        for text in [#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#, #"{"jsonrpc":"2.0","id":1,"result":{}}"#, "x"] {
            #expect(ToolPage([UInt8](text.utf8)) == nil)
        }
    }
}
