import Core
import HTTP
import JSON
import Testing

@testable import MCP
@testable import Proxy

@Suite struct LearnedParametersTests {
    private let known = LearnedParameters()

    private func learn(_ tool: String, _ header: String?) throws -> Bool {
        let annotation = header.map { #","x-mcp-header":"\#($0)""# } ?? ""
        let schema = try JSONDocument.parse(Array(#"{"properties":{"a":{"type":"string"\#(annotation)}}}"#.utf8)).root
        return known.learn(Array(tool.utf8).span, try #require(ParameterHeaders(schema: schema)))
    }

    private func find(_ tool: String) throws -> ParameterHeaders? {
        known.find(CallTarget(.tool, try JSONDocument.parse(Array("\"\(tool)\"".utf8)).root))
    }

    @Test func theNewestListCounts() throws {
        #expect(try learn("plain", nil))
        #expect(try find("plain") == nil)
        #expect(try learn("logs", "A"))
        #expect(try learn("runs", "B"))
        let first = try #require(try find("logs"))
        #expect(!first.isEmpty)
        #expect(try find(#"lo\u0067s"#) == first)
        #expect(try learn("logs", "C"))
        #expect(try find("logs") != first)
        #expect(try learn("logs", nil))
        #expect(try find("logs") == nil)
        #expect(try find("runs") != nil)
        #expect(try find("other") == nil)
    }

    @Test func noMoreToolsThanTheBound() throws {
        for number in 0..<Limits.parameterToolsMax { #expect(try learn("tool\(number)", "A")) }
        #expect(try !learn("one more", "A"))
        #expect(try find("one more") == nil)
        #expect(try learn("tool7", "B"))
        #expect(try learn("tool8", nil))
        #expect(try learn("one more", "A"))
    }
}
