import Policy
import Testing

@Suite struct PolicyDifferenceTests {
    private static let head = "version: 1\nname: p\nprincipals: { staff: { groups: [staff] } }\nrules:\n"

    private func changes(_ old: String, _ new: String) throws -> [String] {
        try PolicyDifference(from: PolicyFiles.load(Self.head + old), to: PolicyFiles.load(Self.head + new)).changes.map {
            "\($0.kind) \($0.who): \($0.what): \($0.before) -> \($0.after)"
        }
    }

    private static let base = "  - { id: a, allow: tools/call, tools: [x, y], principals: [staff] }\n"

    @Test(arguments: [
        (base.replacing("id: a", with: "id: b"), []),
        (base + "  - { id: s, deny: tools/call, tools: [x], shadow: true }\n", []),
        (
            base.replacing("[staff] }", with: "[anyone] }"),
            ["opened anyone: tool x: denied -> allowed", "opened anyone: tool y: denied -> allowed"]
        ),
        (base.replacing(", y", with: ""), ["closed staff: tool y: allowed -> denied"]),
        (
            base + "  - { id: n, deny: tools/call, tools: [\"*\"] }\n",
            ["closed staff: tool x: allowed -> denied", "closed staff: tool y: allowed -> denied"]
        ),
        (
            base.replacing("[staff] }", with: "[staff], when: { q: a_* } }"),
            [
                "altered staff: tool x: allowed -> allowed where `q` matches `a_*`",
                "altered staff: tool y: allowed -> allowed where `q` matches `a_*`",
            ]
        ),
        (
            base + "  - { id: n, deny: tools/call, tools: [x], when: { q: p_* } }\n",
            ["altered staff: tool x: allowed -> allowed; never where `q` matches `p_*`"]
        ),
        (
            base.replacing("[staff] }", with: "[staff], scopes: [w], set: { d: true } }").replacing(", y", with: ""),
            ["altered staff: tool x: allowed -> allowed with scope w, d forced to true", "closed staff: tool y: allowed -> denied"]
        ),
        (
            base + "  - { id: l, allow: logging/setLevel, principals: [anyone] }\n",
            ["opened anyone: logging/setLevel: denied -> allowed", "opened staff: logging/setLevel: denied -> allowed"]
        ),
        (
            base + "  - { id: r, allow: [resources/read, resources/subscribe], resources: [\"airflow://*\"], principals: [staff] }\n",
            ["opened staff: resource airflow://*: denied -> allowed", "opened staff: resources/subscribe airflow://*: denied -> allowed"]
        ),
    ])
    func tellsWhatChangesForWhom(new: String, expected: [String]) throws {
        #expect(try changes(Self.base, new) == expected)
    }
}
