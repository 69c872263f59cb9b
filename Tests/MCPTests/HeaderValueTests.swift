import Core
import TestSupport
import Testing

@testable import MCP

@Suite struct HeaderValueTests {
    @Test(arguments: [
        ("plain", "get_dag", "get_dag", true), ("other case", "Get_dag", "get_dag", false),
        ("inner space and tab", "a b\tc", "a b\tc", true),
        ("encoded", "=?base64?Z2V0X2RhZw==?=", "get_dag", true), ("encoded UTF-8", "=?base64?w6Q=?=", "ä", true),
        ("raw UTF-8", "ä", "ä", false), ("padding missing", "=?base64?Z2V0X2RhZw?=", "get_dag", false),
        ("too much padding", "=?base64?Z2V0X2RhZw===?=", "get_dag", false), ("spare bits", "=?base64?Z2V0X2RhZx==?=", "get_dag", false),
        ("URL alphabet", "=?base64?_-8=?=", "ÿï", false), ("white space inside", "=?base64?Z2V0 X2RhZw==?=", "get_dag", false),
        ("not UTF-8", "=?base64?/w==?=", "ÿ", false), ("marks in capitals are text", "=?BASE64?YQ==?=", "=?BASE64?YQ==?=", true),
        ("capital marks are not decoded", "=?BASE64?YQ==?=", "a", false), ("no end mark is text", "=?base64?YQ==", "=?base64?YQ==", true),
        ("looks encoded, meant literally", "=?base64?YQ==?=", "=?base64?YQ==?=", false), ("marks overlap", "=?base64?=", "", false),
        ("nothing, encoded", "=?base64??=", "", true), ("nothing", "", "", true),
    ])
    func matches(_ fault: String, _ value: String, _ text: String, _ expected: Bool) {
        #expect(Sample.matches(value, text) == expected, "\(fault)")
    }

    @Test(arguments: [
        ("get_dag", "get_dag"), ("a b", "a b"), (" a", "=?base64?IGE=?="), ("a\t", "=?base64?YQk=?="), ("ä", "=?base64?w6Q=?="),
        ("=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?="), ("a\r\nb", "=?base64?YQ0KYg==?="), ("", "=?base64??="),
    ])
    func writes(_ text: String, _ value: String) {
        #expect(Sample.text { HeaderValue.append([UInt8](text.utf8).span, into: &$0) } == value)
    }

    @Test func whatIsWrittenMatches() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let text = generator.text(Int.random(in: 0...12, using: &generator), from: "ab=?6 4\t\u{7F}\u{E4}\u{1F600}\n")
            let value = Sample.text { HeaderValue.append([UInt8](text.utf8).span, into: &$0) }
            #expect(Sample.matches(value, text), "\(text.debugDescription)")
            #expect(value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 })
        }
    }
}
