import Core
import HTTP
import JSON
import Testing

@testable import MCP

@Suite struct ParameterHeadersTests {
    private static let schema =
        #"{"properties":{"region":{"type":"string","x-mcp-header":"Region"},"#
        + #""run":{"properties":{"try":{"type":"integer","x-mcp-header":"Try"}}},"dry":{"type":"boolean","#
        + #""x-mcp-header":"Dry"},"x-mcp-header":{"type":"string"}}}"#

    @Test(arguments: [
        ("none", #"{"type":"object"}"#, 0), ("three, one of them nested", schema, 3),
        ("in example data", #"{"properties":{"a":{"type":"object","default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":1}]}}}"#, 0),
    ])
    func reads(_ name: String, _ schema: String, _ count: Int) throws {
        let headers = try #require(ParameterHeaders(schema: try Sample.json(schema)), "\(name)")
        #expect(headers.parameters.count == count, "\(name)")
    }

    @Test(arguments: [
        ("empty", #"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#),
        ("no token", #"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#),
        ("a number", #"{"properties":{"a":{"type":"string","x-mcp-header":1}}}"#),
        ("type number", #"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#),
        ("no type", #"{"properties":{"a":{"x-mcp-header":"A"}}}"#),
        ("twice in other case", #"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#),
        ("below items", #"{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}"#),
        ("below anyOf", #"{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}"#),
        ("on the root", #"{"type":"string","x-mcp-header":"A"}"#),
        (
            "a path that is too long",
            #"{"properties":{"\#(String(repeating: "p", count: 513))":{"type":"string","x-mcp-header":"A"}}}"#
        ),
        ("below $defs", #"{"$defs":{"d":{"type":"string","x-mcp-header":"A"}}}"#),
    ])
    func refuses(_ fault: String, _ schema: String) throws {
        #expect(ParameterHeaders(schema: try Sample.json(schema)) == nil, "\(fault)")
    }

    @Test(arguments: [
        (
            "all agree", #"{"region":"eu","run":{"try":42},"dry":true}"#,
            [("Mcp-Param-Region", "eu"), ("mcp-param-try", "42"), ("Mcp-Param-Dry", "true")], true
        ),
        ("nothing given", "{}", [], true), ("null is absent", #"{"region":null}"#, [], true),
        ("integers compare by value", #"{"run":{"try":42}}"#, [("Mcp-Param-Try", "42.0")], true),
        ("other integer", #"{"run":{"try":42}}"#, [("Mcp-Param-Try", "43")], false),
        ("beyond the safe integers", #"{"run":{"try":9007199254740992}}"#, [("Mcp-Param-Try", "9007199254740992")], false),
        ("encoded", #"{"region":"ä"}"#, [("Mcp-Param-Region", "=?base64?w6Q=?=")], true),
        ("missing", #"{"region":"eu"}"#, [], false), ("extra", "{}", [("Mcp-Param-Region", "eu")], false),
        ("extra beside null", #"{"region":null}"#, [("Mcp-Param-Region", "null")], false),
        ("different", #"{"region":"eu"}"#, [("Mcp-Param-Region", "us")], false),
        ("boolean in capitals", #"{"dry":true}"#, [("Mcp-Param-Dry", "True")], false),
        ("an object where a string should be", #"{"region":{}}"#, [("Mcp-Param-Region", "{}")], false),
        ("one nobody annotated", "{}", [("Mcp-Param-Other", "x")], true),
    ])
    func checks(_ name: String, _ arguments: String, _ fields: [(String, String)], _ agrees: Bool) throws {
        let headers = try #require(ParameterHeaders(schema: try Sample.json(Self.schema)))
        let head = try Sample.call(fields: fields.map { ($0.0, $0.1) }).head
        let node = try Sample.json(arguments)
        do throws(ProtocolFailure) {
            try headers.check(head.fields, arguments: node, id: nil)
            #expect(agrees, "\(name)")
        } catch {
            #expect(!agrees && error.code == -32020 && error.httpStatus == 400, "\(name)")
        }
    }

    @Test func writesFromTheArgumentsThatAreSent() throws {
        let headers = try #require(ParameterHeaders(schema: try Sample.json(Self.schema)))
        let arguments = try Sample.json(#"{"dry":false,"region":" e\u0075","run":{"try":7}}"#)
        #expect(
            Sample.text { headers.write(arguments: arguments, into: &$0) }
                == "Mcp-Param-Region: =?base64?IGV1?=\r\nMcp-Param-Try: 7\r\nMcp-Param-Dry: false\r\n")
        #expect(Sample.text { headers.write(arguments: try? Sample.json(#"{"region":{"a":"\r\n"},"run":{"try":[1]}}"#), into: &$0) } == "")
        let request = UpstreamRequest(try Sample.call(fields: [("Mcp-Param-Region", "us")]).classify(), id: Sample.upstreamID)
        #expect(!Sample.text { request.writeFields(parameters: headers, into: &$0) }.contains("Mcp-Param"))
    }
}
