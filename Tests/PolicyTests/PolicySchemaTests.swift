import Foundation
import RateLimit
import Testing
import YAML

@testable import Policy

/// The shipped JSON Schema knows exactly what the reader knows.
@Suite struct PolicySchemaTests {
    private typealias Object = [String: Any]

    private func schema() throws -> Object {
        let data = try Data(contentsOf: PolicyFiles.root.appending(path: "Policies/schema/policy.schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private func definition(_ name: String) throws -> Object {
        try #require((try schema()["$defs"] as? Object)?[name] as? Object)
    }

    /// Every key the schema describes, named as the reader names it.
    private func described(_ node: Object, _ path: String, _ root: Object, _ out: inout Set<String>) {
        func join(_ step: String) -> String { path.isEmpty ? step : "\(path).\(step)" }
        if let reference = node["$ref"] as? String, let name = reference.split(separator: "/").last,
            let target = (root["$defs"] as? Object)?[String(name)] as? Object
        {
            return described(target, path, root, &out)
        }
        for (key, value) in node["properties"] as? Object ?? [:] {
            out.insert(join(key))
            if let value = value as? Object { described(value, join(key), root, &out) }
        }
        if let value = node["additionalProperties"] as? Object { described(value, join("*"), root, &out) }
        if let value = node["items"] as? Object { described(value, path.hasSuffix(".between") ? path : path + "[]", root, &out) }
        for case let value as Object in node["anyOf"] as? [Any] ?? [] { described(value, path, root, &out) }
    }

    @Test func keysAreThoseOfTheReader() throws {
        let keys = KeyIndex()
        let text = try #require(PolicyFiles.text("Tests/Fixtures/policies/valid/everything.yaml"))
        #expect(PolicySet.load(text, faults: Faults(), keys: keys, resolve: PolicyFiles.resolver()) != nil)
        var described: Set<String> = []
        let root = try schema()
        self.described(root, "", root, &described)
        // Names of the author's own are asked for too.
        let own = keys.keys.filter {
            !$0.contains(".costs.") && (!$0.contains("claims.*.") || ["any", "all", "equals"].contains($0.split(separator: ".").last))
        }
        #expect(own.subtracting(described).sorted() == [], "write these keys into Policies/schema/policy.schema.json")
        #expect(described.subtracting(own).sorted() == [], "nobody reads these keys of Policies/schema/policy.schema.json")
    }

    @Test func wordsAreThoseOfTheReader() throws {
        let rule = try #require(try definition("rule")["properties"] as? Object)
        let allow = try #require((rule["allow"] as? Object)?["anyOf"] as? [Object])
        #expect(allow.first?["enum"] as? [String] == GuardedMethod.allCases.filter(\.isRuled).map(\.text))
        #expect(try definition("class")["enum"] as? [String] == ToolClass.allCases.map(\.rawValue))
        #expect(try definition("type")["enum"] as? [String] == JSONTypeName.allCases.map(\.rawValue))
        #expect((rule["answer"] as? Object)?["enum"] as? [String] == PolicyDenial.Answer.allCases.map(\.rawValue))
        let limit = try #require(try definition("limit")["properties"] as? Object)
        let per = ((limit["per"] as? Object)?["items"] as? Object)?["enum"] as? [String]
        #expect(per == KeyPart.names.map(\.word))
        let test = try #require(try definition("test")["properties"] as? Object)
        #expect((test["code"] as? Object)?["enum"] as? [Int] == [4_031, 4_032, 4_033])
    }

    @Test func unknownKeysAreFaultsInEditorsToo() throws {
        func check(_ value: Any, _ place: String) {
            if let object = value as? Object {
                if let properties = object["properties"] as? Object {
                    #expect(object["additionalProperties"] as? Bool == false, "\(place)")
                    for (name, value) in properties { check(value, "\(place).\(name)") }
                }
                for (name, value) in object where name != "properties" { check(value, "\(place).\(name)") }
            } else if let list = value as? [Any] {
                for value in list { check(value, place) }
            }
        }
        check(try schema(), "")
    }
}
