import Core
import JSON
import Testing

@testable import MCP

@Suite struct RequestIDTests {
    @Test(arguments: ["0", "1", "-7", "123456789012345678901234567890", "\"1\"", "\"\"", #""\u0061""#])
    func keepsItsText(_ text: String) throws {
        let id = try #require(RequestID(try Sample.json(text)))
        #expect(Sample.text { id.write(into: &$0) } == text)
    }

    @Test(arguments: ["1.0", "1e3", "-1.5", "null", "true", "[]", "{}"])
    func takesNothingElse(_ text: String) throws {
        #expect(RequestID(try Sample.json(text)) == nil)
    }

    @Test func isBounded() throws {
        let fits = "\"" + String(repeating: "a", count: Limits.requestIDBytesMax - 2) + "\""
        #expect(RequestID(try Sample.json(fits)) != nil)
        let tooLong = "\"" + String(repeating: "a", count: Limits.requestIDBytesMax - 1) + "\""
        #expect(RequestID(try Sample.json(tooLong)) == nil)
    }

    @Test func numberAndStringDiffer() throws {
        #expect(RequestID(try Sample.json("1")) != RequestID(try Sample.json("\"1\"")))
    }
}
