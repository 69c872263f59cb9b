import JSON

/// Holds the arguments of a permitted call to what its tool can take: identifiers to Airflow's rules, and nothing the tool does not have.
struct IdentifierGuard: Sendable {
    /// What is wrong with an argument.
    enum Finding: Sendable, Equatable {
        /// It is no identifier of the kind.
        case malformed(argument: [UInt8], IdentifierKind)
        /// The tool has no such argument.
        case unknown(argument: [UInt8])
        /// It names objects in a form the policy's constraints cannot see.
        case opaque(argument: [UInt8])
        /// Nobody knows which arguments the tool has.
        case unlisted
        /// The definition of the tool is not the accepted one, or nobody knows it.
        case unpinned
        /// The arguments are not an object.
        case notAnObject
    }

    let profile: ServerProfile
    /// Whether identifiers are checked.
    var checksIdentifiers = true
    /// Whether arguments the tool does not have are refused.
    var refusesUnknown = true
    /// The accepted definitions; nil where none are asked for.
    var pins: ToolPins?

    /// What is wrong with the arguments of a tool, the first thing found; nil when all is well.
    /// - Parameters:
    ///   - listed: what the server's own list says of it.
    ///   - isConstrained: whether a rule for this tool looks at arguments.
    func finding(tool: [UInt8], _ arguments: JSONNode?, listed: ListedTool?, isConstrained: Bool) -> Finding? {
        if let pins {
            guard let listed, pins.accepts(tool, listed.digest) else { return .unpinned }
        }
        guard let arguments, !arguments.isNull else { return nil }
        guard arguments.kind == .object else { return .notAnObject }
        guard let known = profile.tools[tool] else { return finding(unknownTool: tool, arguments, listed) }
        var finding: Finding?
        arguments.forEachMember { key, value in
            if finding == nil { finding = judge(known, key, value, isConstrained) }
        }
        return finding
    }

    /// A tool of which no profile says anything: its own server does, and identifiers are known by their names.
    private func finding(unknownTool tool: [UInt8], _ arguments: JSONNode, _ listed: ListedTool?) -> Finding? {
        var finding: Finding?
        arguments.forEachMember { key, value in
            if finding != nil { return }
            if checksIdentifiers {
                finding =
                    key.count == 3 && IdentifierNames.takesKeys(tool) && Self.equal(Self.keyName, key)
                    ? Self.named(key, value) : judge(key, value)
            }
            if finding != nil || !refusesUnknown { return }
            guard let listed else { return finding = .unlisted }
            let name = Self.copy(key)
            if !listed.arguments.contains(name) { finding = .unknown(argument: name) }
        }
        return finding
    }

    /// What is wrong with a completion: the value that is completed, which may be the beginning of one, and the arguments that are known
    /// already.
    func finding(completion params: JSONNode?) -> Finding? {
        guard checksIdentifiers else { return nil }
        if let name = params?["argument"]?["name"]?.string, let kind = IdentifierNames.kind(of: name.span),
            let value = params?["argument"]?["value"]?.string, !value.isEmpty, !kind.acceptsText(value.span)
        {
            return .malformed(argument: name, kind)
        }
        return params?["context"]?["arguments"].flatMap { members(of: $0) }
    }

    /// What is wrong with the arguments of a prompt: a server may read what they name to put it together.
    func finding(prompt arguments: JSONNode?) -> Finding? {
        checksIdentifiers ? arguments.flatMap { members(of: $0) } : nil
    }

    /// What is wrong with the URI of a resource.
    func finding(resource: [UInt8]) -> Finding? {
        !checksIdentifiers || IdentifierKind.uri.acceptsText(resource.span) ? nil : .malformed(argument: Array("uri".utf8), .uri)
    }

    private func judge(_ tool: ServerProfile.Tool, _ key: Span<UInt8>, _ value: JSONNode, _ isConstrained: Bool) -> Finding? {
        guard let place = tool.find(key) else {
            if refusesUnknown { return .unknown(argument: Self.copy(key)) }
            return checksIdentifiers ? judge(key, value) : nil
        }
        if tool.arguments[place].isOpaque, isConstrained, !value.isNull { return .opaque(argument: Self.copy(key)) }
        guard checksIdentifiers else { return nil }
        let kind = tool.arguments[place].kind
        if !kind.accepts(value) { return .malformed(argument: Self.copy(key), kind) }
        return kind == .free && !IdentifierNames.isPayload(key) ? inside(value) : nil
    }

    /// Without a profile, and inside values: by the name.
    private func judge(_ key: Span<UInt8>, _ value: JSONNode) -> Finding? {
        if let kind = IdentifierNames.kind(of: key) {
            return kind.accepts(value) ? nil : .malformed(argument: Self.copy(key), kind)
        }
        return IdentifierNames.isPayload(key) ? nil : inside(value)
    }

    private static func named(_ key: Span<UInt8>, _ value: JSONNode) -> Finding? {
        IdentifierKind.name.accepts(value) ? nil : .malformed(argument: copy(key), .name)
    }

    private func members(of object: JSONNode) -> Finding? {
        var finding: Finding?
        object.forEachMember { key, member in if finding == nil { finding = judge(key, member) } }
        return finding
    }

    private static let keyName = Array("key".utf8)

    private func inside(_ value: JSONNode) -> Finding? {
        var finding: Finding?
        switch value.kind {
        case .object: return members(of: value)
        case .array:
            value.forEachElement { element in if finding == nil { finding = inside(element) } }
        default: break
        }
        return finding
    }

    private static func equal(_ name: [UInt8], _ key: Span<UInt8>) -> Bool {
        guard name.count == key.count else { return false }
        for at in name.indices where name[at] != key[at] { return false }
        return true
    }

    private static func copy(_ key: Span<UInt8>) -> [UInt8] { (0..<key.count).map { key[$0] } }
}
