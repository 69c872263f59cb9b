import Core
import JSON

/// Leaves in a page of `tasks/list` (2025-11-25 basic/utilities/tasks) only the reader's own tasks, under the ids that he knows them by.
public enum TaskList {
    /// Writes the page. Answers how many tasks were left out.
    /// - Parameter known: the client's id of a task by the upstream's; nil for one that is not the reader's.
    public static func write(_ reply: WholeReply, into out: inout ByteBuffer, known: ([UInt8]) -> [UInt8]?) throws(ReplyFailure) -> Int {
        guard let result = reply.result else {
            reply.write(into: &out) { _, _, _, _ in false }
            return 0
        }
        guard let list = result["tasks"], list.kind == .array, list.count <= Limits.listEntriesMax else { throw ReplyFailure("list_shape") }
        var hidden = 0
        reply.write(into: &out) { key, value, lead, out in
            lead.write(key, into: &out)
            guard ASCII.equals(key, "tasks") else {
                value.write(into: &out)
                return true
            }
            out.append(UInt8(ascii: "["))
            var isFirst = true
            value.forEachElement { entry in
                guard entry.kind == .object, let id = entry["taskId"]?.string, let own = known(id) else {
                    hidden += 1
                    return
                }
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                write(entry, own, into: &out)
            }
            out.append(UInt8(ascii: "]"))
            return true
        }
        return hidden
    }

    private static func write(_ entry: JSONNode, _ id: [UInt8], into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        var lead = MemberLead()
        entry.forEachMember { key, value in
            lead.write(key, into: &out)
            lead.isFirst = false
            if ASCII.equals(key, "taskId") { JSONText.appendString(id.span, to: &out) } else { value.write(into: &out) }
        }
        out.append(UInt8(ascii: "}"))
    }
}
