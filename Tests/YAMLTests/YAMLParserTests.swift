import Core
import TestSupport
import Testing
import YAML

@Suite struct YAMLParserTests {
    private func parse(_ text: String) throws(Fault) -> YAMLNode { try YAMLParser.parse(Array(text.utf8), file: "f.yaml") }

    private func faults(_ text: String) -> [String] {
        let faults = Faults()
        let root = YAMLParser.parse(Array(text.utf8), file: "f.yaml", into: faults)
        #expect((root == nil) == !faults.isEmpty)
        return faults.all.map(\.description)
    }

    @Test func keepsPlacesOrderAndQuotes() throws {
        let root = try parse("b: 1\na:\n  - x\n  - 'true'\n  - |\n    12\n")
        let entries = try #require(root.entries)
        #expect(entries.map(\.name) == ["b", "a"])
        #expect(entries[1].keyMark == YAMLMark(line: 2, column: 1))
        let elements = try #require(root["a"]?.elements)
        #expect(elements.map(\.mark) == [YAMLMark(line: 3, column: 5), YAMLMark(line: 4, column: 5), YAMLMark(line: 5, column: 5)])
        #expect(elements.map(\.scalar?.isQuoted) == [false, true, true])
        #expect(elements[2].scalar?.text == "12\n")
    }

    @Test func columnsCountCharactersAndABOMIsSkipped() throws {
        #expect(try parse("ключ: {ü: x}")["ключ"]?["ü"]?.mark == YAMLMark(line: 1, column: 11))
        #expect(try parse("\u{FEFF}a: b")["a"]?.scalar?.text == "b")
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key `a` stands here a second time\n    keep one of them; the first is on line 1"),
        ("x: {\"a\": 1, a: 2}\n", "f.yaml:1:13: the key `a` stands here a second time\n    keep one of them; the first is on line 1"),
        ("a: 1\n---\nb: 1\n", "f.yaml:2:1: a second document begins here\n    keep one document in each file: remove the line `---`"),
        (
            "a: !!python/object x\n",
            "f.yaml:1:4: the tag `tag:yaml.org,2002:python/object` is not read\n    remove it; put quotes around a value that is text"
        ),
        (
            "a: !!str [x]\n",
            "f.yaml:1:4: the tag `tag:yaml.org,2002:str` is not read\n    remove it; put quotes around a value that is text"
        ),
        (
            "a: *b\n",
            "f.yaml:1:4: no anchor `b` stands before this\n    define it first as `&b`, or put quotes around text that begins with `*`"
        ),
        ("a: &b [*b]\n", "f.yaml:1:8: the alias `b` stands inside its own anchor\n    write the value out"),
        ("a: &b 1\nc: &b 2\n", "f.yaml:2:4: the anchor `b` is defined a second time\n    give each anchor a name of its own"),
        ("a: &b {x: 1}\nc:\n  <<: *b\n", "f.yaml:3:3: merge keys (`<<`) are not read\n    write the keys out where they are meant"),
        (
            "? [a]\n: 1\n",
            "f.yaml:1:3: a key must be a single value, not a list\n    put quotes around a key that begins with `[`, `{`, `*` or `?`"
        ),
        (
            "~: 1\n",
            "f.yaml:1:1: a key must be a single value, not nothing\n    put quotes around a key that begins with `[`, `{`, `*` or `?`"
        ),
        (
            "a: b: c\n",
            "f.yaml:1:5: not valid YAML: mapping values are not allowed in this context\n    "
                + "put quotes around text that holds `: `, or mend the indentation"
        ),
        (
            "a:\n\t- b\n",
            "f.yaml:2:1: not valid YAML: found character that cannot start any token\n    "
                + "indent with spaces, not tabs, and put quotes around text that begins with `@`, `%` or a backtick"
        ),
        ("", "f.yaml: the file is empty"),
        ("# only a comment\n", "f.yaml: the file is empty"),
        ("a: \u{0}\n", "f.yaml: the file holds NUL bytes\n    save it as plain text in UTF-8"),
    ])
    func refuses(text: String, expected: String) {
        #expect(faults(text) == [expected])
    }

    @Test func tellsAllDuplicatesAtOnce() {
        #expect(faults("a: 1\na: 2\nb: {c: 1, c: 2}\nd: !x y\n").count == 3)
    }

    @Test func refusesWhatIsNotUTF8() {
        let faults = Faults()
        #expect(YAMLParser.parse([0x61, 0x3A, 0x20, 0xC3, 0x28], file: "f", into: faults) == nil)
        #expect(faults.all.first?.message.hasPrefix("the file is not UTF-8 text") == true)
        #expect(faults.all.first?.mark == nil)
    }

    @Test func aliasesStandForTheirAnchorsWithinBounds() throws {
        let root = try parse("base: &base\n  hosts: [a, b]\nuse: *base\n")
        #expect(root["use"]?["hosts"]?.elements?.count == 2)
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        let found = faults(bomb)
        #expect(found.count == 1)
        #expect(found.first?.contains("more than \(Limits.yamlNodesMax) values") == true)
    }

    @Test func depthIsBoundedAlsoThroughAliases() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + "x" + String(repeating: "]", count: depth) }
        _ = try parse(nested(Limits.yamlDepthMax - 1))
        #expect(
            faults(nested(Limits.yamlDepthMax)) == ["f.yaml:1:\(Limits.yamlDepthMax + 1): nested deeper than \(Limits.yamlDepthMax) levels"]
        )
        let half = Limits.yamlDepthMax / 2 + 1
        let twice = "a: &a \(nested(half))\nb: " + String(repeating: "[", count: half) + "*a" + String(repeating: "]", count: half) + "\n"
        #expect(faults(twice).first?.contains("nested deeper") == true)
        #expect(faults(String(repeating: "[", count: 100_000)).count == 1)
    }

    @Test func sizeIsBounded() {
        let faults = Faults()
        #expect(YAMLParser.parse([UInt8](repeating: 0x20, count: Limits.yamlBytesMax + 1), file: "f", into: faults) == nil)
        #expect(faults.all.map(\.description) == ["f: the file is larger than 4MiB\n    split it into smaller files"])
    }

    /// Whatever bytes come, the parser ends with a tree or with faults, never both and never neither.
    @Test func anyBytesGiveATreeOrFaults() {
        var generator = SeededGenerator(seed: 41)
        let alphabet = Array("ab:-[]{}&*!|>'\"%@#,? \n\t0é".utf8) + [0xFF, 0xC3]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let faults = Faults()
            let root = YAMLParser.parse(bytes, file: "f", into: faults)
            #expect((root == nil) == !faults.isEmpty, "\(bytes)")
        }
    }

    /// A tree written in quotes comes back the same.
    @Test func quotedTreesRoundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let written = Self.tree(&generator, depth: 4)
            let node = try parse(written)
            #expect(Self.write(node) == written)
        }
    }

    private static func tree(_ generator: inout SeededGenerator, depth: Int) -> String {
        switch depth == 0 ? 0 : Int.random(in: 0...2, using: &generator) {
        case 0: return "\"" + generator.text(Int.random(in: 0...6, using: &generator), from: "abc: -#{}[]&*!é") + "\""
        case 1:
            let count = Int.random(in: 0...3, using: &generator)
            return "[" + (0..<count).map { _ in tree(&generator, depth: depth - 1) }.joined(separator: ", ") + "]"
        default:
            let count = Int.random(in: 0...3, using: &generator)
            return "{" + (0..<count).map { "\"k\($0)\": " + tree(&generator, depth: depth - 1) }.joined(separator: ", ") + "}"
        }
    }

    private static func write(_ node: YAMLNode) -> String {
        switch node.value {
        case .scalar(let scalar): "\"\(scalar.text)\""
        case .sequence(let elements): "[" + elements.map(write).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { "\"\($0.name)\": " + write($0.value) }.joined(separator: ", ") + "}"
        }
    }
}
