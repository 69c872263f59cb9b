import Foundation
import Testing
import YAML

@testable import Policy

@Suite struct ServerProfileTests {
    static let files = PolicyFiles.list("Policies/servers")

    /// The tools a server was recorded to offer.
    static func toolNames(_ name: String) throws -> [String] {
        let path = PolicyFiles.root.appending(path: "Tests/Fixtures/tools/\(name).json")
        return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: path)).keys.sorted()
    }

    /// What each server was recorded to offer: tools with the names of their arguments.
    private func recorded(_ name: String) throws -> [String: [String]] {
        let path = PolicyFiles.root.appending(path: "Tests/Fixtures/tools/\(name).json")
        return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: path))
    }

    private func read(_ path: String, _ faults: Faults) throws -> ServerProfile {
        let text = try #require(PolicyFiles.text(path))
        return try #require(ProfileReader.read(text, faults: faults))
    }

    @Test(arguments: files)
    func knowsExactlyWhatWasRecorded(path: String) throws {
        let faults = Faults()
        let profile = try read(path, faults)
        #expect(faults.isEmpty, "\(faults.rendered)")
        #expect(path == "Policies/servers/\(profile.name).yaml")
        let recorded = try recorded(profile.name)
        #expect(Set(profile.tools.keys.map { String(decoding: $0, as: UTF8.self) }) == Set(recorded.keys))
        for (name, arguments) in recorded {
            let known = profile.tools[Array(name.utf8)]?.arguments.map { String(decoding: $0.name, as: UTF8.self) }
            #expect(known == arguments, "\(name)")
        }
    }

    /// What is called safe is an argument that the tool was recorded to take, and only tools that change something need any.
    @Test(arguments: files)
    func whatIsSafeIsWhatTheToolTakes(path: String) throws {
        let profile = try read(path, Faults())
        let recorded = try recorded(profile.name)
        for tool in profile.tools.values {
            let name = String(decoding: tool.name, as: UTF8.self)
            for entry in tool.safe {
                #expect(recorded[name]?.contains(String(decoding: entry.name, as: UTF8.self)) == true, "\(name)")
                #expect(["true", "240"].contains(String(decoding: entry.value, as: UTF8.self)), "\(name)")
            }
            let previews = tool.arguments.contains { $0.name == Array("dry_run".utf8) }
            let isSafe = tool.safe.contains { $0.name == Array("dry_run".utf8) && $0.value == Array("true".utf8) }
            #expect(previews == isSafe, "\(name): whoever can preview does so unless he is told otherwise")
            if !tool.safe.isEmpty { #expect([.rerun, .trigger, .state].contains(tool.toolClass), "\(name)") }
        }
        #expect(profile.paths.allSatisfy { $0.hasPrefix("/") })
        #expect(!profile.paths.isEmpty || profile.name == "mwaa-mcp-server", "that one speaks stdio")
    }

    @Test(arguments: [
        ("safe: { nothing: { dry_run: true } }", "`safe` names `nothing`"), ("safe: { a: { x: 1 } }", "`a` has no argument `x`"),
        ("safe: { a: true }", "`safe.a` must map arguments to values"), ("paths: [mcp]", "is no path"),
    ])
    func aFaultyProfileIsRefused(more: String, fault: String) {
        let faults = Faults()
        let text = "version: 1\nname: p\n\(more)\ntools: { read: { a: [b] } }\n"
        _ = ProfileReader.read(PolicyText(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)
        #expect(faults.rendered.contains(fault), "\(faults.rendered)")
    }

    @Test func thereAreProfilesForTheServersWeKnow() {
        #expect(Self.files.count == 7)
    }

    /// Reading tools have reading names, and the other way round: a slip in a profile would hand out a writing tool as a reading one.
    @Test(arguments: files)
    func classesAgreeWithNames(path: String) throws {
        let profile = try read(path, Faults())
        let reading: Set<ToolClass> = [.read, .logs, .rendered, .source, .xcom, .config, .secrets, .people]
        let verbs = [
            "create", "update", "delete", "post", "patch", "set", "bulk", "clear", "trigger", "pause", "unpause", "reparse", "materialize",
            "cancel",
        ]
        for tool in profile.tools.values {
            let name = String(decoding: tool.name, as: UTF8.self)
            let words = name.split { $0 == "_" || $0 == "-" }.map(String.init).filter { $0 != "airflow" }
            let writes = verbs.contains(words.first ?? "") && !name.contains("dry_run")
            #expect(!(writes && reading.contains(tool.toolClass)), "\(name) is called \(tool.toolClass.rawValue)")
            let touchesSecrets = name.contains("connection") || name.contains("variable")
            let secretClasses: Set<ToolClass> = [.secrets, .admin]
            if touchesSecrets { #expect(secretClasses.contains(tool.toolClass), "\(name) is called \(tool.toolClass.rawValue)") }
        }
    }

    /// Whatever is pasted into a path must be held to a shape.
    @Test(arguments: files)
    func identifiersAreNotFree(path: String) throws {
        let profile = try read(path, Faults())
        for tool in profile.tools.values {
            for argument in tool.arguments {
                let name = String(decoding: argument.name, as: UTF8.self)
                let mustBeHeld = name.hasSuffix("_id") || name.hasSuffix("_ids") || name.hasSuffix("_key") || name.hasSuffix("_uri")
                let exempt = ["logical_date", "partition_key", "responded_by_user_id"].contains(name)
                if mustBeHeld, !exempt { #expect(argument.kind != .free, "\(String(decoding: tool.name, as: UTF8.self)).\(name)") }
            }
        }
    }
}
