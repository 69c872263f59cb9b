import Core
import JSON

/// Takes out of a list page what its reader may not reach, and what a client must not be shown. The cursor stays, so that a page may
/// become empty; calls are decided on again in any case.
public struct ListFilter: Sendable {
    /// What a page lost, for metrics.
    public struct Outcome: Sendable, Equatable {
        /// Entries kept.
        public var kept = 0
        /// Entries the policy hides.
        public var hidden = 0
        /// Tools whose definition is not the accepted one.
        public var quarantined = 0
        /// Entries that are malformed, double, or against the protocol.
        public var refused = 0
    }

    /// What the entries are.
    public let kind: GuardedKind
    /// Whether tools may promise that they run as tasks.
    private let keepsTasks: Bool

    /// Filters the answers to a list method; nil for any other method.
    public init?(_ method: Method, keepsTasks: Bool = false) {
        guard let kind = method.listedKind else { return nil }
        self.kind = kind
        self.keepsTasks = keepsTasks
    }

    /// Writes a page with only the entries that `allows` lets through by kind and name (a URI for resources, a URI template for
    /// templates).
    ///
    /// - Parameters:
    ///   - accepts: whether the entry of a tool may be shown as it is: what definitions are held against. Asked for each tool, also for
    ///     those that are hidden.
    ///   - learn: is told the mirrored arguments of each tool that is kept, by name.
    public func write(
        _ reply: WholeReply, into out: inout ByteBuffer, allows: (GuardedKind, Span<UInt8>) -> Bool,
        accepts: (_ tool: JSONNode) -> Bool = { _ in true },
        learn: (_ tool: Span<UInt8>, _ parameters: ParameterHeaders) -> Void
    ) throws(ReplyFailure) -> Outcome {
        var outcome = Outcome()
        guard let result = reply.result else {
            reply.write(into: &out) { _, _, _, _ in false }
            return outcome
        }
        guard let list = member(of: result), list.kind == .array, list.count <= Limits.listEntriesMax else {
            throw ReplyFailure("list_shape")
        }
        var seen: Set<[UInt8]> = []
        reply.write(into: &out) { key, value, lead, out in
            lead.write(key, into: &out)
            if ASCII.equals(key, memberName) {
                out.append(UInt8(ascii: "["))
                var isFirst = true
                value.forEachElement { entry in
                    guard keeps(entry, &seen, &outcome, allows, accepts, learn) else { return }
                    if !isFirst { out.append(UInt8(ascii: ",")) }
                    isFirst = false
                    writeEntry(entry, into: &out)
                }
                out.append(UInt8(ascii: "]"))
            } else if ASCII.equals(key, "cacheScope") {
                out.append("\"private\"")
            } else {
                value.write(into: &out)
            }
            return true
        }
        return outcome
    }

    private func keeps(
        _ entry: JSONNode, _ seen: inout Set<[UInt8]>, _ outcome: inout Outcome, _ allows: (GuardedKind, Span<UInt8>) -> Bool,
        _ accepts: (JSONNode) -> Bool, _ learn: (Span<UInt8>, ParameterHeaders) -> Void
    ) -> Bool {
        guard entry.kind == .object, let name = entry[nameKey]?.string, !name.isEmpty, seen.insert(name).inserted else {
            outcome.refused += 1
            return false
        }
        var parameters: ParameterHeaders?
        if kind == .tool {
            // A tool with wrong annotations must not be offered (2026-07-28 basic/transports/streamable-http).
            parameters = entry["inputSchema"].flatMap { ParameterHeaders(schema: $0) }
            if parameters == nil {
                outcome.refused += 1
                return false
            }
        }
        let isAccepted = kind != .tool || accepts(entry)
        guard allows(kind, name.span) else {
            outcome.hidden += 1
            return false
        }
        guard isAccepted else {
            outcome.quarantined += 1
            return false
        }
        if let parameters { learn(name.span, parameters) }
        outcome.kept += 1
        return true
    }

    /// Writes an entry without the promise of tasks, where there are none, and without icons that are neither `https` nor `data`
    /// (2026-07-28 basic/index, icons).
    private func writeEntry(_ entry: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var lead = MemberLead()
        entry.forEachMember { key, value in
            if kind == .tool, !keepsTasks, ASCII.equals(key, "execution"), value.kind == .object {
                lead.write(key, into: &out)
                Self.writeObject(value, without: "taskSupport", into: &out)
            } else if ASCII.equals(key, "icons") {
                guard value.kind == .array else { return }
                lead.write(key, into: &out)
                Icons.write(value, into: &out)
            } else {
                lead.write(key, into: &out)
                value.write(into: &out)
            }
            lead.isFirst = false
        }
        out.append(UInt8(ascii: "}"))
    }

    private static func writeObject(_ object: JSONNode, without name: StaticString, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var lead = MemberLead()
        object.forEachMember { key, value in
            if ASCII.equals(key, name) { return }
            lead.write(key, into: &out)
            lead.isFirst = false
            value.write(into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    private func member(of result: JSONNode) -> JSONNode? { result[memberName] }

    private var memberName: StaticString {
        switch kind {
        case .prompt: "prompts"
        case .resource: "resources"
        case .resourceTemplate: "resourceTemplates"
        default: "tools"
        }
    }

    private var nameKey: StaticString {
        switch kind {
        case .resource: "uri"
        case .resourceTemplate: "uriTemplate"
        default: "name"
        }
    }
}
