import Testing

/// The habits of the house that no compiler and no formatter holds. Each failure names the places.
@Suite struct TidyTests {
    private let sources = SourceTree.sources
    private let all = SourceTree.sources + SourceTree.tests

    @Test func theTreeIsFound() {
        #expect(sources.count > 50)
        #expect(sources.contains { $0.path == "Sources/Core/Limits.swift" })
        #expect(SourceTree.tests.contains { $0.path == "Tests/TidyTests/TidyTests.swift" })
    }

    @Test func linesAreAtMost140Columns() {
        let long = all.flatMap { file in file.lines.indices.filter { file.lines[$0].count > 140 }.map(file.place) }
        #expect(long == [])
    }

    @Test func filesAreAtMost500Lines() {
        #expect(all.filter { $0.lines.count > 501 }.map { "\($0.path): \($0.lines.count)" } == [])
    }

    @Test func functionsAreAtMost80Lines() {
        let long = all.flatMap { file in file.functions().filter { $0.length > 80 }.map { "\(file.place($0.index)): \($0.length)" } }
        #expect(long == [])
    }

    @Test func nothingIsForced() {
        // Put together here, so that this file does not hold what it looks for.
        #expect(all.flatMap { $0.places(of: "try" + "!") + $0.places(of: "as" + "!") } == [])
    }

    @Test func nothingIsLeftForLater() {
        let words = ["TO" + "DO", "FIX" + "ME"]
        let found = all.flatMap { file in
            file.lines.indices.filter { at in words.contains { file.lines[at].contains($0) } }.map(file.place)
        }
        #expect(found == [])
    }

    @Test func shippingTargetsDoWithoutFoundation() {
        #expect(sources.flatMap { $0.places(of: "import Foundation") } == [])
    }

    @Test func onlyTheProgramPrints() {
        #expect(sources.filter { !$0.path.hasPrefix("Sources/louver/") }.flatMap { $0.places(of: "print(") } == [])
    }

    /// With a capture list Swift 6.3 takes the closure for a function of no actor: every wait inside goes three times through the queue.
    @Test func localTasksCaptureByName() {
        let found = sources.flatMap { file in
            file.lines.indices.filter { file.lines[$0].contains("LocalTask.run(") && file.lines[$0].contains("{ [") }.map(file.place)
        }
        #expect(found == [])
    }

    @Test func everyLimitIsUsed() {
        var declared: [String] = []
        var used: Set<String> = []
        for file in sources {
            let isTable = file.path.hasPrefix("Sources/Core/Limits")
            for line in file.code where isTable || line.contains("Limits.") {
                let name = isTable ? Self.limit(line) : nil
                if let name { declared.append(name) }
                used.formUnion(Self.words(line).filter { $0 != name })
            }
        }
        #expect(declared.count > 20)
        let unused = declared.filter { !used.contains($0) }
        #expect(unused == [])
    }

    @Test func everyRoomHasItsTests() {
        let tests = Set(SourceTree.folders(in: "Tests"))
        // A folder without Swift is a C library; the program itself is tested end to end.
        let rooms = SourceTree.folders(in: "Sources").filter { room in
            room != "louver" && sources.contains { $0.path.hasPrefix("Sources/\(room)/") }
        }
        #expect(rooms.count > 10)
        #expect(rooms.filter { !tests.contains("\($0)Tests") } == [])
    }

    /// The name that a line of the table declares.
    private static func limit(_ line: String) -> String? {
        let words = words(line)
        guard let at = words.firstIndex(of: "let"), at > 0, words[at - 1] == "static", at + 1 < words.count else { return nil }
        return words[at + 1]
    }

    private static func words(_ line: String) -> [String] {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }
}
