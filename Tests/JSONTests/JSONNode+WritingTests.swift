import Core
import JSON
import TestSupport
import Testing

@Suite struct JSONNodeWritingTests {
    private func written(_ node: JSONNode) -> [UInt8] {
        var out = ByteBuffer()
        node.write(into: &out)
        return out.copy()
    }

    @Test(
        "canonical form",
        arguments: [
            (#" { "a" : [ 1 , 2.50 , -0e+0 ] , "b" : { } , "c":[ ] } "#, #"{"a":[1,2.50,-0e+0],"b":{},"c":[]}"#),
            (#"{"\u0061\/":"\u00e9\u0022\u005c\u000a\u001F"}"#, #"{"a/":"é\"\\\n\u001f"}"#),
            (#"[{"a":[{"b":"\u0062"}]},"x"]"#, #"[{"a":[{"b":"b"}]},"x"]"#),
            (#"[[[ ]],[[]]]"#, #"[[[]],[[]]]"#),
            ("\"\u{2028}\\u2029\"", "\"\u{2028}\u{2029}\""),
            (#""\ud83d\ude00""#, "\"\u{1F600}\""),
            (" null ", "null"),
        ])
    func canonicalForm(_ text: String, _ expected: String) throws {
        #expect(String(decoding: written(try JSONDocument.parse([UInt8](text.utf8)).root), as: UTF8.self) == expected)
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func writtenTextMeansTheSame(_ seed: UInt64) throws {
        var random = RandomText(seed: 20_000 + seed)
        let text = random.document()
        guard let document = try? JSONDocument.parse(text) else { return }
        let first = written(document.root)
        let again = try JSONDocument.parse(first)
        #expect(meaning(again.root) == meaning(document.root))
        #expect(written(again.root) == first)
        // Walking the value and writing its parts gives the same text as writing it at once.
        #expect(assembled(document.root) == first)
    }

    @Test func partsAreWrittenAlone() throws {
        let root = try JSONDocument.parse([UInt8](#"{"a": {"b": [1, "\u0041"]}, "c": 1}"#.utf8)).root
        let part = try #require(root["a"]?["b"])
        #expect(written(part) == [UInt8](#"[1,"A"]"#.utf8))
    }

    /// A value as nested text with lengths, so that equal texts mean equal values.
    private func meaning(_ node: JSONNode) -> String {
        switch node.kind {
        case .object:
            var out = "object \(node.count) "
            node.forEachMember { key, value in
                out += key.withUnsafeBufferPointer { "\([UInt8]($0))" } + meaning(value)
            }
            return out
        case .array:
            var out = "array \(node.count) "
            node.forEachElement { out += meaning($0) }
            return out
        case .string: return "string \(node.string ?? [])"
        case .number: return "number \(node.withNumber { $0.withUnsafeBufferPointer { [UInt8]($0) } } ?? [])"
        case .true, .false, .null: return "\(node.kind)"
        }
    }

    private func assembled(_ node: JSONNode) -> [UInt8] {
        var parts: [[UInt8]] = []
        switch node.kind {
        case .object:
            node.forEachMember { key, value in
                var out = ByteBuffer()
                JSONText.appendString(key, to: &out)
                parts.append(out.copy() + [0x3A] + assembled(value))
            }
            return [0x7B] + parts.joined(separator: [0x2C]) + [0x7D]
        case .array:
            node.forEachElement { parts.append(assembled($0)) }
            return [0x5B] + parts.joined(separator: [0x2C]) + [0x5D]
        default:
            return written(node)
        }
    }
}
