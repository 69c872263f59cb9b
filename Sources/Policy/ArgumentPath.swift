import Core
import JSON

/// Where in the arguments a constraint looks: `dag_id`, `conf.region`, `actions[].entities[].connection_id`.
struct ArgumentPath: Sendable {
    private struct Step: Sendable {
        var name: [UInt8]
        /// How many lists are stepped into behind the name.
        var lists: Int
    }

    /// As it was written.
    let text: String
    private let steps: [Step]

    /// Reads a path; nil when it is empty, has an empty step, or more than `Limits.policyPathStepsMax` steps.
    init?(_ text: String) {
        self.text = text
        var steps: [Step] = []
        for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            var name = Array(part)
            var lists = 0
            while name.suffix(2) == [UInt8(ascii: "["), UInt8(ascii: "]")] {
                name.removeLast(2)
                lists += 1
            }
            if name.isEmpty || name.contains(UInt8(ascii: "[")) || name.contains(UInt8(ascii: "]")) { return nil }
            steps.append(Step(name: name, lists: lists))
        }
        if steps.isEmpty || steps.count > Limits.policyPathStepsMax { return nil }
        self.steps = steps
        argument = steps[0].name
        isPlain = steps.count == 1 && steps[0].lists == 0
    }

    /// The argument the path begins with.
    let argument: [UInt8]
    /// Whether it is the name of an argument and nothing more.
    let isPlain: Bool

    /// The value at a plain path.
    func value(in arguments: JSONNode?) -> JSONNode? { arguments?.member(argument.span) }

    /// Calls `body` with each value at this place, and with nil for each place where one is missing.
    func forEach(in arguments: JSONNode?, _ body: (JSONNode?) -> Void) {
        guard let arguments else { return body(nil) }
        descend(arguments, 0, body)
    }

    private func descend(_ node: JSONNode, _ step: Int, _ body: (JSONNode?) -> Void) {
        if step == steps.count { return body(node) }
        let name = steps[step].name
        guard let next = node.member(name.span) else { return body(nil) }
        enter(next, steps[step].lists, step, body)
    }

    private func enter(_ node: JSONNode, _ lists: Int, _ step: Int, _ body: (JSONNode?) -> Void) {
        if lists == 0 { return descend(node, step + 1, body) }
        guard node.kind == .array, node.count > 0 else { return body(nil) }
        node.forEachElement { enter($0, lists - 1, step, body) }
    }
}
