import Core
import FuzzSupport
import HTTP
import JSON
import MCP

/// A request, head and body, is classified. One that passes is written for the upstream, and what is written must pass as well and mean
/// the same: method, named object, arguments. Where the empty line of a head is missing, the bytes are the body of an ordinary one.
@main struct FuzzClassifier {
    static func main() {
        FuzzDriver("FuzzClassifier", check).run()
    }

    nonisolated private static let modernHead = """
        POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
        MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: t\r\n\r\n
        """
    nonisolated private static let legacyHead = """
        POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\r\n
        """

    nonisolated static func check(_ input: FuzzInput) {
        if let parsed = try? HeadParser.parseRequest(input.bytes.span) {
            check(parsed.head, [UInt8](input.bytes[parsed.length...]))
            return
        }
        for text in [modernHead, legacyHead] {
            let bytes = [UInt8](text.utf8)
            guard let parsed = try? HeadParser.parseRequest(bytes.span) else { fatalError("the driver's own head is refused") }
            check(parsed.head, input.bytes)
        }
    }

    nonisolated private static func check(_ head: RequestHead, _ body: [UInt8]) {
        let inbound: Inbound
        do throws(ProtocolFailure) {
            inbound = try Classifier.classify(head.fields, body: body)
        } catch {
            // The legacy wire answers an unknown method with an error in a reply that is a success of the transport.
            FuzzInput.require(error.httpStatus == 200 || (400..<500).contains(error.httpStatus), "a refusal that is not the client's fault")
            return
        }
        guard inbound.requestID != nil else { return }
        checkRewriting(inbound, head)
    }

    nonisolated private static func checkRewriting(_ inbound: Inbound, _ head: RequestHead) {
        let request = UpstreamRequest(inbound, id: UpstreamID(instance: 1, serial: 2))
        var body = ByteBuffer()
        request.writeBody(into: &body)
        var text = ByteBuffer()
        text.append("POST /mcp HTTP/1.1\r\nHost: a\r\n")
        request.writeFields(client: head.fields, into: &text)
        text.append("\r\n")
        guard let parsed = try? HeadParser.parseRequest(text.readable), parsed.length == text.readableCount else {
            fatalError("the head that was written is refused")
        }
        let again: Inbound
        do throws(ProtocolFailure) {
            again = try Classifier.classify(parsed.head.fields, body: body.copy())
        } catch {
            fatalError("what was written is refused: \(error.reason)")
        }
        FuzzInput.require(again.method == inbound.method && again.era == inbound.era, "another method or wire")
        FuzzInput.require(again.target?.name == inbound.target?.name, "another object")
        FuzzInput.require(again.target?.kind == inbound.target?.kind, "another kind of object")
        FuzzInput.require(written(again.arguments) == written(inbound.arguments), "other arguments")
    }

    nonisolated private static func written(_ node: JSONNode?) -> [UInt8] {
        var out = ByteBuffer()
        node?.write(into: &out)
        return out.copy()
    }
}
