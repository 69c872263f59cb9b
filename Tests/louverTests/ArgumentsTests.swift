import Testing

@testable import louver

@Suite struct ArgumentsTests {
    private let command = Command(
        name: "try", summary: "", operands: "[FILE...]",
        flags: [Flag("--config", short: "-c", value: "FILE", ""), Flag("--verbose", short: "-v", "")], text: "", examples: []
    ) { _, _ in .success }

    private func parse(_ words: String) throws -> Arguments {
        try Arguments.parse(words.split(separator: " ").map(String.init), command).get()
    }

    @Test(arguments: ["--config x a b", "--config=x a b", "-c x a b", "-c=x a b", "a --config x b", "a b -c x", "-c y --config x a b"])
    func flagsMayStandAnywhere(words: String) throws {
        let parsed = try parse(words)
        #expect(parsed.value("--config") == "x")
        #expect(parsed.operands == ["a", "b"])
        #expect(!parsed.has("--verbose"))
    }

    @Test func operandsMayLookLikeFlagsAfterTwoDashes() throws {
        let parsed = try parse("-v -- --config -v")
        #expect(parsed.has("--verbose"))
        #expect(!parsed.has("--config"))
        #expect(parsed.operands == ["--config", "-v"])
    }

    @Test func aDashIsAnOperandAndAFlagMayComeOften() throws {
        #expect(try parse("-").operands == ["-"])
        #expect(try parse("-c a -c b").all("--config") == ["a", "b"])
        #expect(try parse("").all("--config") == nil)
    }
}
