import Core
import YAML

/// The first policy for a server: what it lists, read-only, ready to be narrowed.
public struct PolicyDraft: Sendable {
    /// A tool as the server lists it.
    public struct Tool: Sendable {
        let name: [UInt8]
        let saysReadOnly: Bool?

        /// Describes a tool.
        /// - Parameter saysReadOnly: the server's own hint. It never allows anything here; it only keeps out what says that it writes.
        public init(name: [UInt8], saysReadOnly: Bool?) {
            self.name = name
            self.saysReadOnly = saysReadOnly
        }
    }

    /// The profile that fits; nil for none.
    public let server: String?
    /// The file.
    public let text: String

    /// Writes a draft.
    /// - Parameter profiles: the shipped profiles; one that knows at least nine in ten of the tools is taken.
    public init(_ tools: [Tool], profiles: [PolicyText]) {
        let known = profiles.compactMap { ProfileReader.read($0, faults: Faults()) }
        let fitting = known.map { profile in (profile, tools.count { profile.tools[$0.name] != nil }) }
            .filter { !tools.isEmpty && $0.1 * 10 >= tools.count * 9 }
            // Of several that know as many, the one with the fewest other tools is meant.
            .max { a, b in a.1 != b.1 ? a.1 < b.1 : a.0.tools.count > b.0.tools.count }?.0
        server = fitting?.name
        text = fitting.map { Self.profiled($0, tools) } ?? Self.generic(tools)
    }

    private static let head = [
        "# Written by `louver policy init`. Whoever has authenticated may look and change nothing. Name your people under",
        "# `principals`, put them in place of `anyone`, and prove what you meant with `louver policy check` and `louver policy test`.",
        "version: 1",
        "name: first",
    ]

    private static func profiled(_ profile: ServerProfile, _ tools: [Tool]) -> String {
        var lines = head + ["server: \(profile.name)", "extends:", "  - airflow/read-only"]
        let unknown = tools.filter { profile.tools[$0.name] == nil }
        if !unknown.isEmpty {
            lines += ["", "# The server lists these, and the profile does not know them. They stay refused until a rule names them:"]
            lines += unknown.map { "#   \(quoted($0.name))" }
        }
        lines += careful(profile, tools)
        let looking = tools.first { profile.tools[$0.name]?.toolClass == .read }
        let writing = tools.first { [.destroy, .trigger].contains(profile.tools[$0.name]?.toolClass) }
        return (lines + cases(looking?.name, writing?.name)).joined(separator: "\n") + "\n"
    }

    /// How to let people change things: with what the profile calls safe.
    private static func careful(_ profile: ServerProfile, _ tools: [Tool]) -> [String] {
        let safe = tools.compactMap { profile.tools[$0.name] }.filter { !$0.safe.isEmpty }
        guard !safe.isEmpty else { return [] }
        var lines = [
            "", "# To let some people change things, name them under `principals` and put this under `rules`. Unless a call says otherwise",
            "# it then sends what the server's profile calls safe:",
        ]
        for tool in safe {
            let values = tool.safe.map { "\(PolicySet.text($0.name)): \(PolicySet.text($0.value))" }.joined(separator: ", ")
            lines.append("#   \(quoted(tool.name)): \(values)")
        }
        lines.append("# rules:")
        lines.append("#   - { id: change, allow: tools/call, tools: [\(quoted(safe[0].name))], principals: [operators], default: profile }")
        return lines
    }

    private static func generic(_ tools: [Tool]) -> String {
        let reading = tools.filter(reads)
        var lines = head + ["server: generic"]
        if reading.isEmpty {
            lines += ["", "# No tool of the server has a name that only reads. Uncomment what may be used.", "rules: []"]
        } else {
            lines += [
                "rules:", "  # Chosen by their names. Look at each before you trust it.", "  - id: look", "    allow: tools/call",
                "    tools:",
            ]
            lines += reading.map { "      - \(quoted($0.name))" }
            lines.append("    principals: [anyone]")
        }
        let others = tools.filter { !reads($0) }
        if !others.isEmpty {
            lines += ["", "# Left out, because their names or the server itself say that they change something, or nothing at all:"]
            lines += others.map { "#   \(quoted($0.name))" }
        }
        return (lines + cases(reading.first?.name, others.first?.name)).joined(separator: "\n") + "\n"
    }

    private static func cases(_ allowed: [UInt8]?, _ denied: [UInt8]?) -> [String] {
        var lines = ["", "tests:"]
        if let allowed { lines.append("  - { call: \(quoted(allowed)), expect: allow, listed: true }") }
        if let denied { lines.append("  - { call: \(quoted(denied)), expect: deny, rule: default, listed: false }") }
        lines.append("  - { call: a_tool_that_nobody_named, expect: deny, rule: default, listed: false }")
        return lines
    }

    /// Whether its name only reads, and the server does not say otherwise.
    private static func reads(_ tool: Tool) -> Bool { tool.saysReadOnly != false && ToolVerbs.reads(tool.name) }

    private static func quoted(_ name: [UInt8]) -> String {
        var out = ByteBuffer()
        YAMLText.appendQuoted(name, into: &out)
        return String(decoding: out.takeAll(), as: UTF8.self)
    }
}
