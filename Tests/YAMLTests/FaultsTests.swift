import Core
import Testing
import YAML

@Suite struct FaultsTests {
    @Test func rendersPlaceMessageAndRemedy() {
        let fault = Fault(file: "a.yaml", at: YAMLMark(line: 3, column: 7), "unknown key `lisen`", remedy: "write instead: `listen`")
        #expect(fault.description == "a.yaml:3:7: unknown key `lisen`\n    write instead: `listen`")
        #expect(Fault(file: "a.yaml", "the file is empty").description == "a.yaml: the file is empty")
    }

    @Test func tellsFilesInOrderOfAppearanceAndLinesInReadingOrder() {
        let faults = Faults()
        for (file, line) in [("b", 9), ("a", 2), ("b", 1), ("a", 1)] { faults.add(file, YAMLMark(line: line, column: 1), "m") }
        #expect(faults.all.map { "\($0.file)\($0.line)" } == ["b1", "b9", "a1", "a2"])
    }

    @Test func keepsABoundedNumberAndCountsTheRest() {
        let faults = Faults()
        for line in 1...Limits.faultsMax + 5 { faults.add("f", YAMLMark(line: line, column: 1), "m") }
        faults.add("f", YAMLMark(line: 1, column: 1), "m")
        #expect(faults.all.count == Limits.faultsMax)
        #expect(faults.count == Limits.faultsMax + 5)
        #expect(faults.rendered.hasSuffix("\nand 5 more"))
    }

    @Test func quotesInputWithoutItsControlCharacters() {
        #expect(Fault.quote("a\u{1B}[31m\n`b") == "`a?[31m??b`")
        #expect(Fault.quote(String(repeating: "x", count: 61)) == "`\(String(repeating: "x", count: 60))…`")
    }
}
