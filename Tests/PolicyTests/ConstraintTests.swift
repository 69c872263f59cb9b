import Policy
import Testing

@Suite struct ConstraintTests {
    /// A condition, arguments, whether an allow rule takes them, and whether a deny rule does.
    static let table: [(String, String, Bool, Bool)] = [
        ("{ a: x_* }", #"{"a":"x_1"}"#, true, true), ("{ a: x_* }", #"{"a":"y"}"#, false, false), ("{ a: x_* }", "{}", false, false),
        ("{ a: x_* }", #"{"a":null}"#, false, false), ("{ a: x_* }", #"{"a":"X_1"}"#, false, false),
        // What a deny rule cannot judge is denied; an allow rule never takes it.
        ("{ a: x_* }", #"{"a":5}"#, false, true), ("{ a: x_* }", #"{"a":true}"#, false, true), ("{ a: x_* }", #"{"a":{}}"#, false, true),
        // Of a list, all must be allowed; one is enough to be denied.
        ("{ a: x_* }", #"{"a":["x_1","x_2"]}"#, true, true), ("{ a: x_* }", #"{"a":["x_1","y"]}"#, false, true),
        ("{ a: x_* }", #"{"a":["y"]}"#, false, false), ("{ a: x_* }", #"{"a":[]}"#, false, false),
        ("{ a: x_* }", #"{"a":[["x_1"],["y"]]}"#, false, true), ("{ a: x_* }", #"{"a":[["x_1"]]}"#, true, true),
        ("{ a: x_* }", #"{"a":["x_1",5]}"#, false, true), ("{ a: [x, y] }", #"{"a":"y"}"#, true, true),
        // Escapes in keys and values mean what they mean.
        ("{ a: x_* }", #"{"\u0061":"x_1"}"#, true, true), ("{ a: x_* }", #"{"a":"\u0078_1"}"#, true, true),
        ("{ a: { in: [1, 2] } }", #"{"a":2}"#, true, true), ("{ a: { in: [1, 2] } }", #"{"a":2.0}"#, true, true),
        ("{ a: { in: [1, 2] } }", #"{"a":3}"#, false, false), ("{ a: { in: [1, 2] } }", #"{"a":"2"}"#, false, true),
        ("{ a: { in: [1.5] } }", #"{"a":15e-1}"#, true, true), ("{ a: { in: [x, 2] } }", #"{"a":"x"}"#, true, true),
        ("{ a: { in: [x, 2] } }", #"{"a":"y"}"#, false, false), ("{ a: { in: [x, 2] } }", #"{"a":true}"#, false, true),
        ("{ a: { in: [null] } }", #"{"a":null}"#, true, true), ("{ a: false }", #"{"a":false}"#, true, true),
        ("{ a: false }", #"{"a":true}"#, false, false), ("{ a: false }", #"{"a":"false"}"#, false, true),
        ("{ a: false }", #"{"a":0}"#, false, true),
        ("{ a: false }", "{}", false, false),
        ("{ a: { range: \"1..10\" } }", #"{"a":10}"#, true, true), ("{ a: { range: \"1..10\" } }", #"{"a":10.5}"#, false, false),
        ("{ a: { range: \"1..10\" } }", #"{"a":9.5}"#, true, true), ("{ a: { range: \"1..10\" } }", #"{"a":"5"}"#, false, true),
        ("{ a: { range: \"1..\" } }", #"{"a":1e300}"#, true, true), ("{ a: { range: \"..5\" } }", #"{"a":-9e99}"#, true, true),
        ("{ a: { range: \"..5\" } }", #"{"a":[1,6]}"#, false, true),
        ("{ a: { length: \"2..3\" } }", #"{"a":"éé"}"#, true, true), ("{ a: { length: \"2..3\" } }", #"{"a":"é"}"#, false, false),
        ("{ a: { length: \"2..3\" } }", #"{"a":[1,2,3]}"#, true, true), ("{ a: { length: \"2..3\" } }", #"{"a":5}"#, false, true),
        ("{ a: { type: integer } }", #"{"a":5}"#, true, true), ("{ a: { type: integer } }", #"{"a":5.5}"#, false, false),
        ("{ a: { type: [string, array] } }", #"{"a":[]}"#, true, true), ("{ a: { type: [string, \"null\"] } }", #"{"a":null}"#, true, true),
        ("{ a: { required: true } }", #"{"a":0}"#, true, true), ("{ a: { required: true } }", #"{"a":null}"#, false, false),
        ("{ a: { required: true } }", "{}", false, false), ("{ a: { absent: true } }", "{}", true, true),
        ("{ a: { absent: true } }", #"{"a":null}"#, true, true), ("{ a: { absent: true } }", #"{"a":1}"#, false, false),
        ("{ a.b: x }", #"{"a":{"b":"x"}}"#, true, true), ("{ a.b: x }", #"{"a":"x"}"#, false, false),
        ("{ a.b: x }", #"{"a.b":"x"}"#, false, false),
        ("{ \"a[].b\": x }", #"{"a":[{"b":"x"},{"b":"x"}]}"#, true, true),
        ("{ \"a[].b\": x }", #"{"a":[{"b":"x"},{"b":"y"}]}"#, false, true),
        ("{ \"a[].b\": x }", #"{"a":[{"b":"x"},{}]}"#, false, true), ("{ \"a[].b\": x }", #"{"a":[]}"#, false, false),
        ("{ \"a[].b\": x }", #"{"a":{"b":"x"}}"#, false, false), ("{ a: x, b: y }", #"{"a":"x","b":"y"}"#, true, true),
        ("{ a: x, b: y }", #"{"a":"x"}"#, false, false), ("{ a: { glob: x*, length: \"..3\" } }", #"{"a":"xyz"}"#, true, true),
        ("{ a: { glob: x*, length: \"..3\" } }", #"{"a":"xyzw"}"#, false, false),
    ]

    @Test(arguments: table.indices)
    func holds(index: Int) throws {
        let (condition, arguments, allows, denies) = Self.table[index]
        let allow = try PolicyFiles.load(
            "version: 1\nname: p\nrules: [{ id: r, allow: tools/call, tools: [t], principals: [anyone], when: \(condition) }]\n")
        let deny = try PolicyFiles.load(
            "version: 1\nname: p\nrules:\n  - { id: r, deny: tools/call, tools: [t], when: \(condition) }\n"
                + "  - { id: all, allow: tools/call, tools: [t], principals: [anyone] }\n")
        let call = try Calls.tool("t", arguments)
        #expect(allow.judge(try Calls.principal(), call).isPermit == allows, "\(condition) \(arguments)")
        #expect(!deny.judge(try Calls.principal(), call).isPermit == denies, "\(condition) \(arguments)")
    }
}
