import Core
import Policy
import Testing
import YAML

@Suite struct ToolPinsTests {
    static let digest = [UInt8](repeating: 0xA1, count: 32)
    static let policy =
        "version: 1\nname: p\npins: ./own.pins.yaml\nrules: [{ id: all, allow: tools/call, tools: [\"*\"], principals: [anyone] }]\n"

    private func load(_ pins: ToolPins) throws -> PolicySet {
        try PolicyFiles.load(Self.policy, ["./own.pins.yaml": pins.text(server: "generic")])
    }

    private func decide(_ policy: PolicySet, _ tool: String, _ digest: [UInt8]?) throws -> Decision {
        var call = try Calls.tool(tool)
        call.listed = digest.map { ListedTool(arguments: [], digest: $0) }
        return policy.judge(try Calls.principal(), call)
    }

    @Test func onlyTheAcceptedDefinitionPasses() throws {
        let policy = try load(ToolPins([Array("a".utf8): Self.digest]))
        #expect(try decide(policy, "a", Self.digest).isPermit)
        let changed = try decide(policy, "a", [UInt8](repeating: 0xA2, count: 32)).denial
        #expect(changed?.code == .pinned)
        #expect(changed?.rule == Array("louver/pins".utf8))
        #expect(changed?.wantsListing == false)
        #expect(try decide(policy, "b", Self.digest).denial?.code == .pinned, "new")
        let unknown = try decide(policy, "a", nil).denial
        #expect(unknown?.code == .pinned)
        #expect(unknown?.wantsListing == true)
    }

    @Test func withoutPinsDefinitionsDoNotMatter() throws {
        let free = try PolicyFiles.load(Self.policy.replacing("pins: ./own.pins.yaml\n", with: ""))
        #expect(free.pins == nil)
        #expect(try decide(free, "a", nil).isPermit)
    }

    @Test func theHashCoversThePins() throws {
        let a = try load(ToolPins([Array("a".utf8): Self.digest]))
        let b = try load(ToolPins([Array("b".utf8): Self.digest]))
        #expect(a.hash != b.hash)
    }

    @Test func aFileReadsAsItWasWritten() throws {
        let names = ["list_dags", "true", "a b", "123", "\u{FC}n\u{EF}", "a\"b", "~", "x: y", "-", "dags/get"]
        let pins = ToolPins(Dictionary(uniqueKeysWithValues: names.map { (Array($0.utf8), Self.digest) }))
        let faults = Faults()
        #expect(ToolPins.read(Array(pins.text(server: "s").utf8), file: "f", faults: faults) == pins, "\(faults.rendered)")
        let none = ToolPins([:])
        #expect(ToolPins.read(Array(none.text(server: "s").utf8), file: "f", faults: Faults()) == none)
    }

    @Test(arguments: [
        "version: 1\n", "version: 1\ntools: { a: 12 }\n", "version: 1\ntools: [a]\n", "version: 2\ntools: {}\n",
        "version: 1\ntools: { a: zz\(String(repeating: "0", count: 62)) }\n",
    ])
    func brokenFilesAreFaults(text: String) {
        let faults = Faults()
        #expect(ToolPins.read(Array(text.utf8), file: "f", faults: faults) == nil)
        #expect(!faults.isEmpty)
        #expect(throws: PolicyFiles.Faulty.self) { try PolicyFiles.load(Self.policy, ["./own.pins.yaml": text]) }
    }

    @Test func aPackPinsNothing() {
        let files = ["./b.yaml": Self.policy, "./own.pins.yaml": ToolPins([:]).text(server: "s")]
        #expect(throws: PolicyFiles.Faulty.self) { try PolicyFiles.load("version: 1\nname: p\nextends: [./b.yaml]\n", files) }
    }
}
