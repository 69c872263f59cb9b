import Core
import JSON
import YAML

/// Reads one entry under `tests`.
enum CaseReader {
    private static let subjects: [(key: String, method: GuardedMethod)] = [
        ("call", .toolsCall), ("get", .promptsGet), ("read", .resourcesRead), ("subscribe", .resourcesSubscribe),
    ]

    /// Reads the entry; nil after a fault that leaves no test.
    static func read(_ reader: NodeReader) -> PolicyCase? {
        let identity = reader.mapping("as") { CaseIdentity.read($0) } ?? CaseIdentity()
        let given = reader.node("with").map { JSONValue.text($0) }
        let sends = reader.node("sends").flatMap { parse(JSONValue.text($0)) }.map { JSONValue.text($0.root) }
        let expectation: PolicyCase.Expectation? = reader.choice("expect")
        let rule = reader.optionalString("rule")
        let code = reader.optionalInt("code", in: 4031...4033)
        let isListed = reader.optionalBool("listed")
        let title = reader.optionalString("title")
        let time = time(reader)
        let takes = reader.has("takes") ? reader.texts("takes").map { Array($0.text.utf8) } : nil
        let what = subject(reader)
        if expectation == .allow { reader.refuse("code", "the call is expected to be allowed") }
        if expectation == .deny { reader.refuse("sends", "the call is expected to be refused") }
        guard let expectation, let (method, name) = what else { return nil }
        let document = given.flatMap(parse)
        if given != nil, document == nil { reader.fault("with", "`\(reader.name(of: "with"))` is no JSON") }
        let call = PolicyCall(method: Array(method.utf8), name: Array(name.utf8), arguments: document?.root)
        return PolicyCase(
            file: reader.file, mark: reader.mark, title: title ?? (name.isEmpty ? method : "\(method) \(name)"), identity: identity,
            call: call, takes: takes, time: time,
            expectation: expectation, rule: rule, code: code, sends: sends, isListed: isListed)
    }

    private static func subject(_ reader: NodeReader) -> (String, String)? {
        var found: [(String, String)] = []
        for (key, method) in subjects where reader.has(key) { found.append((method.text, reader.string(key))) }
        if reader.has("method") { found.append((reader.string("method"), "")) }
        if found.count == 1 { return found[0] }
        reader.faults.add(
            reader.file, reader.mark, "a test asks for one thing",
            remedy: "write one of `call: <tool>`, `get: <prompt>`, `read: <uri>`, `subscribe: <uri>`, `method: <method>`")
        return nil
    }

    private static func time(_ reader: NodeReader) -> WallTime? {
        guard let text = reader.optionalString("at") else { return nil }
        if let time = WallTime(policyText: text) { return time }
        reader.fault(
            "at", "`\(reader.name(of: "at"))` is no time: \(Fault.quote(text))", remedy: "write, for example: `2026-12-24T10:00:00Z`")
        return nil
    }

    private static func parse(_ text: [UInt8]) -> JSONDocument? { try? JSONDocument.parse(text) }
}
