import Core
import JSON

/// One page of a tool list that Louver asked for itself.
public struct ToolPage: Sendable {
    /// The tools on it, in order. Entries without a name, and names that stand twice, are left out.
    public let tools: [ToolDefinition]
    /// Where the next page begins; nil on the last.
    public let cursor: [UInt8]?

    /// Reads the answer to `tools/list`; nil when it is an error or no list.
    public init?(_ message: [UInt8]) {
        guard let whole = try? WholeReply(message), let result = whole.result, let list = result["tools"], list.kind == .array,
            list.count <= Limits.listEntriesMax
        else { return nil }
        var tools: [ToolDefinition] = []
        var seen: Set<[UInt8]> = []
        list.forEachElement { entry in
            if let tool = ToolDefinition(entry), seen.insert(tool.name).inserted { tools.append(tool) }
        }
        self.tools = tools
        cursor = result["nextCursor"]?.string
    }

    /// Writes Louver's own request for a page.
    public static func writeRequest(era: Era, cursor: [UInt8]?, into out: inout ByteBuffer) {
        out.append("{\"jsonrpc\":\"2.0\",\"id\":\"louver-tools\",\"method\":\"tools/list\",\"params\":{")
        if let cursor {
            out.append("\"cursor\":")
            JSONText.appendString(cursor.span, to: &out)
            if era == .modern { out.append(UInt8(ascii: ",")) }
        }
        if era == .modern {
            out.append("\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",")
            out.append("\"io.modelcontextprotocol/clientInfo\":{\"name\":\"louver\",\"version\":\"1\"},")
            out.append("\"io.modelcontextprotocol/clientCapabilities\":{}}")
        }
        out.append("}}")
    }
}
