import Core
import JSON
import TestSupport
import Testing

@Suite struct JSONNodeTests {
    private func parse(_ text: String) throws -> JSONNode { try JSONDocument.parse([UInt8](text.utf8)).root }

    private func text(_ node: JSONNode?) -> String? { node?.string.map { String(decoding: $0, as: UTF8.self) } }

    @Test func kindsAndCounts() throws {
        let root = try parse(#"[{},[],"",0,true,false,null,{"a":[1,2]},[[1],[2,3]]]"#)
        var kinds: [JSONKind] = []
        var counts: [Int] = []
        root.forEachElement {
            kinds.append($0.kind)
            counts.append($0.count)
        }
        #expect(kinds == [.object, .array, .string, .number, .true, .false, .null, .object, .array])
        #expect(counts == [0, 0, 0, 0, 0, 0, 0, 1, 2])
        #expect(root.count == 9)
        #expect(root.element(4)?.bool == true)
        #expect(root.element(5)?.bool == false)
        #expect(root.element(6)?.bool == nil)
        #expect(root.element(6)?.isNull == true)
        #expect(root.element(8)?.element(1)?.element(1)?.int64 == 3)
        #expect(root.element(9) == nil)
        #expect(root.element(-1) == nil)
    }

    @Test func membersAreFoundByDecodedKey() throws {
        let root = try parse(#"{"jsonrpc":"2.0","id":7,"par\u0061ms":{"name":"x","na\"me":1},"":true,"\ud83d\ude00":null}"#)
        #expect(root["jsonrpc"]?.equals("2.0") == true)
        #expect(root["id"]?.int64 == 7)
        #expect(root["params"]?["name"]?.equals("x") == true)
        #expect(root["params"]?["na\"me"]?.int64 == 1)
        #expect(root[""]?.bool == true)
        #expect(root["\u{1F600}"]?.isNull == true)
        #expect(root["par\\u0061ms"] == nil)
        #expect(root["param"] == nil)
        #expect(root["name"] == nil)
        #expect(root["id"]?["x"] == nil)
        let key = [UInt8]("params".utf8)
        #expect(root.member(key.span)?.count == 2)
    }

    @Test func membersComeInOrderWithDecodedKeys() throws {
        let root = try parse(#"{"b":{"x":[1,{}]},"a\n":2,"c":3}"#)
        var keys: [String] = []
        root.forEachMember { key, value in
            keys.append(key.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } + ":\(value.kind)")
        }
        #expect(keys == ["b:object", "a\n:number", "c:number"])
        #expect(root["c"]?.count == 0)
    }

    @Test func walksPassErrorsOn() throws {
        struct Stop: Error {}
        let root = try parse(#"{"a":[1,2]}"#)
        #expect(throws: Stop.self) { try root.forEachMember { _, _ throws(Stop) in throw Stop() } }
        #expect(throws: Stop.self) { try root["a"]?.forEachElement { _ throws(Stop) in throw Stop() } }
    }

    @Test func stringsAreDecoded() throws {
        #expect(text(try parse(#""plain""#)) == "plain")
        #expect(text(try parse(#""\"\\\/\b\f\n\r\t""#)) == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(text(try parse(#""\u0041\u00e9\u20AC\ud83d\ude00\u0000""#)) == "A\u{E9}\u{20AC}\u{1F600}\u{0}")
        #expect(text(try parse("\"\u{1F600}\u{20AC}\\n\"")) == "\u{1F600}\u{20AC}\n")
        #expect(try parse("1").string == nil)
        #expect(try parse("1").withString { $0.count } == nil)
        #expect(try parse(#""a\tb""#).withString { $0.count } == 3)
    }

    @Test func equalsComparesDecodedText() throws {
        #expect(try parse(#""tools\/call""#).equals("tools/call"))
        #expect(try parse(#""tools/call""#).equals("tools/call"))
        #expect(try !parse(#""tools/cal""#).equals("tools/call"))
        #expect(try !parse(#""tools/calll""#).equals("tools/call"))
        #expect(try !parse(#""tools\u002fcalm""#).equals("tools/call"))
        #expect(try !parse("1").equals("1"))
        #expect(try parse(#""""#).equals(""))
        let bytes = [UInt8]("a\nb".utf8)
        #expect(try parse(#""a\nb""#).equals(bytes.span))
    }

    @Test(
        "exact integers",
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("42.0", 42), ("42.000", 42), ("4.2e1", 42), ("420e-1", 42), ("0.42E+2", 42), ("42e0", 42),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("9.223372036854775807e18", Int64.max),
            ("0e999999999", 0), ("0.000e-99999", 0), ("1000000000000000000", 1_000_000_000_000_000_000),
            ("1e18", 1_000_000_000_000_000_000),
            ("10000000000000000000000e-22", 1), ("0.000000000000000000000000001e27", 1), ("100.00", 100),
        ] as [(String, Int64?)] + [
            ("0.5", nil), ("42.1", nil), ("1e-1", nil), ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1e19", nil),
            ("1e999999999999", nil), ("123456789012345678901234567890", nil), ("18446744073709551616", nil), ("\"42\"", nil), ("true", nil),
        ])
    func exactIntegers(_ text: String, _ value: Int64?) throws {
        #expect(try parse(text).int64 == value)
    }

    @Test func integersAreExactForAllOfInt64() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let value = Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0...62, using: &generator)
            #expect(try parse("\(value)").int64 == value)
            #expect(try parse("\(value).00").int64 == value)
            #expect(try parse("\(value).0e-0").int64 == value)
        }
    }

    @Test func numbersAreKeptAsWritten() throws {
        let node = try parse("[-1.50E+007]").element(0)
        #expect(node?.withNumber { $0.count } == 10)
        #expect(try parse("null").withNumber { $0.count } == nil)
    }

    @Test func sourceIsTheTextAsItCame() throws {
        let root = try parse(#" { "a" : [ 1 , 2 ] , "b" : "x\u0041" } "#)
        func source(_ node: JSONNode?) -> String? {
            node?.withSource { $0.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
        }
        #expect(source(root) == #"{ "a" : [ 1 , 2 ] , "b" : "x\u0041" }"#)
        #expect(source(root["a"]) == "[ 1 , 2 ]")
        #expect(source(root["b"]) == #""x\u0041""#)
        #expect(source(root["a"]?.element(1)) == "2")
    }
}
