import Core
import JSON

/// What a server offers and Louver polices. Everything else in `capabilities` (extensions such as `io.modelcontextprotocol/ui`,
/// experimental ones) is stripped, and so are tasks for whom no rule allows them: it would promise what is refused.
public struct ServerCapabilities: OptionSet, Sendable, Equatable {
    /// One bit per capability.
    public let rawValue: UInt16

    /// Makes a set from bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `tools`.
    public static let tools = ServerCapabilities(rawValue: 1)
    /// `prompts`.
    public static let prompts = ServerCapabilities(rawValue: 2)
    /// `resources`.
    public static let resources = ServerCapabilities(rawValue: 4)
    /// `completions`.
    public static let completions = ServerCapabilities(rawValue: 8)
    /// `logging`.
    public static let logging = ServerCapabilities(rawValue: 16)
    /// `resources.subscribe`.
    public static let subscriptions = ServerCapabilities(rawValue: 256)
    /// `tasks.requests.tools.call` (2025-11-25 basic/utilities/tasks): calls may become tasks, and their results be asked for.
    public static let tasks = ServerCapabilities(rawValue: 32)
    /// `tasks.cancel`.
    public static let taskCancel = ServerCapabilities(rawValue: 64)
    /// `tasks.list`.
    public static let taskList = ServerCapabilities(rawValue: 128)
    /// Everything that needs no rule of its own.
    public static let all: ServerCapabilities = [.tools, .prompts, .resources, .completions, .logging, .subscriptions]

    /// Writes the capabilities of an upstream that are in this set, with their boolean members and no others.
    func write(_ capabilities: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        capabilities.forEachMember { key, value in
            guard value.kind == .object, let name = name(of: key) else { return }
            if contains(.tasks), ASCII.equals(key, "tasks"), value["requests"]?["tools"]?["call"] == nil { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(name)
            if ASCII.equals(key, "tasks") { return writeTasks(value, into: &out) }
            writeFlags(value, into: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    private func name(of key: Span<UInt8>) -> StaticString? {
        if contains(.tools), ASCII.equals(key, "tools") { return "\"tools\":" }
        if contains(.prompts), ASCII.equals(key, "prompts") { return "\"prompts\":" }
        if contains(.resources), ASCII.equals(key, "resources") { return "\"resources\":" }
        if contains(.completions), ASCII.equals(key, "completions") { return "\"completions\":" }
        if contains(.logging), ASCII.equals(key, "logging") { return "\"logging\":" }
        if contains(.tasks), ASCII.equals(key, "tasks") { return "\"tasks\":" }
        return nil
    }

    private func writeTasks(_ tasks: JSONNode, into out: inout ByteBuffer) {
        out.append("{\"requests\":{\"tools\":{\"call\":{}}}")
        if contains(.taskCancel), tasks["cancel"]?.kind == .object { out.append(",\"cancel\":{}") }
        if contains(.taskList), tasks["list"]?.kind == .object { out.append(",\"list\":{}") }
        out.append("}")
    }

    private func writeFlags(_ flags: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        flags.forEachMember { key, value in
            let isKnown = ASCII.equals(key, "listChanged") || ASCII.equals(key, "subscribe") && contains(.subscriptions)
            guard let flag = value.bool, isKnown else { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.appendString(key, to: &out)
            out.append(flag ? ":true" : ":false")
        }
        out.append(UInt8(ascii: "}"))
    }
}
