import Core
import JSON

/// A reply of the whole lane, parsed: lists, discover, initialize. The filters write it anew with some of its result changed; what comes
/// out goes through `ReplyRewriter` like any other reply, which checks the envelope and scrubs.
public struct WholeReply: Sendable {
    private let root: JSONNode
    /// The result; nil when the reply is an error or no answer at all, which then goes on as it is.
    let result: JSONNode?

    /// Parses the bytes of one message, at most `Limits.wholeReplyBytesMax`.
    public init(_ bytes: [UInt8]) throws(ReplyFailure) {
        guard bytes.count <= Limits.wholeReplyBytesMax else { throw ReplyFailure("reply_size") }
        let document: JSONDocument
        do {
            document = try JSONDocument.parse(bytes, dialect: .reply)
        } catch {
            throw ReplyFailure(error.reason == .truncated ? "reply_truncated" : "reply_json")
        }
        root = document.root
        guard root.kind == .object else { throw ReplyFailure("reply_shape") }
        guard let result = root["result"] else {
            self.result = nil
            return
        }
        guard result.kind == .object else { throw ReplyFailure("reply_shape") }
        self.result = result
    }

    /// Whether it is an answer with a result: otherwise there is nothing to filter.
    public var hasResult: Bool { result != nil }

    /// Whether it answers a request; a notification or a request of the server does not.
    public var isAnswer: Bool { root["method"] == nil }

    /// Writes the message with each member of its result as `member` writes it. `member` writes the whole member, key included, and says
    /// whether it wrote one.
    func write(into out: inout ByteBuffer, _ member: (_ key: Span<UInt8>, _ value: JSONNode, _ lead: MemberLead, inout ByteBuffer) -> Bool)
    {
        guard result != nil else {
            root.write(into: &out)
            return
        }
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        root.forEachMember { key, value in
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.appendString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            guard ASCII.equals(key, "result") else {
                value.write(into: &out)
                return
            }
            out.append(UInt8(ascii: "{"))
            var lead = MemberLead()
            value.forEachMember { key, value in
                if member(key, value, lead, &out) { lead.isFirst = false }
            }
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "}"))
    }
}

/// Writes what stands before a member's value: the comma, unless it is the first, the key and the colon.
struct MemberLead {
    var isFirst = true

    func write(_ key: Span<UInt8>, into out: inout ByteBuffer) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        JSONText.appendString(key, to: &out)
        out.append(UInt8(ascii: ":"))
    }
}
