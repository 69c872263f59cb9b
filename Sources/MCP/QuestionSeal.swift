import Core
import JSON

/// Wraps the id of a server's request (sampling, elicitation, roots on the wire with sessions) into one that only Louver can read, bound to
/// principal, route and session: the client's answer is taken only for a question that was let through to this very client, on whichever
/// replica it comes, and Louver remembers nothing meanwhile.
public struct QuestionSeal: Sendable {
    private let bound: BoundSeal

    init(_ bound: BoundSeal) { self.bound = bound }

    /// The id for the client, as JSON text; nil when the server's is too long.
    func seal(_ id: RequestID) -> [UInt8]? {
        let sealed = bound.seal(id.text.span)
        guard sealed.count + 2 <= Limits.requestIDBytesMax else { return nil }
        return [UInt8(ascii: "\"")] + sealed + [UInt8(ascii: "\"")]
    }

    /// The server's id that a client's answer speaks of; nil when there was no such question.
    public func open(_ id: RequestID) -> RequestID? {
        guard id.text.count > 2, id.text[0] == UInt8(ascii: "\""), let plain = bound.open(id.text[1..<(id.text.count - 1)].span)
        else { return nil }
        return RequestID(raw: plain.span)
    }
}
