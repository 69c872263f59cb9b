import Core
import FuzzSupport
import HTTP

/// A head is read whole and as it drips in; what is read is written again and must be read the same, its framing above all.
@main struct FuzzHTTPHead {
    static func main() {
        FuzzDriver("FuzzHTTPHead", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        let request = outcome { () throws(HTTPFailure) in try HeadParser.parseRequest(input.bytes.span) }
        let dripped = dripping(input) { (bytes, scanned) throws(HTTPFailure) in
            try HeadParser.parseRequest(bytes.span, scanned: &scanned)?.length
        }
        FuzzInput.require(request.map(\.?.length) == dripped, "a cut changes how a request head is read")
        if case .success(let parsed?) = request { checkRewriting(parsed.head, parsed.length) }

        let response = outcome { () throws(HTTPFailure) in try HeadParser.parseResponse(input.bytes.span) }
        let drippedResponse = dripping(input) { (bytes, scanned) throws(HTTPFailure) in
            try HeadParser.parseResponse(bytes.span, scanned: &scanned)?.length
        }
        FuzzInput.require(response.map(\.?.length) == drippedResponse, "a cut changes how a response head is read")
        if case .success(let parsed?) = response {
            FuzzInput.require((100..<600).contains(parsed.head.status), "a status out of range")
            checkFields(parsed.head.fields)
            for method in [HTTPMethod.get, .head, .post] { _ = try? BodyFraming.response(parsed.head, to: method) }
        }
    }

    nonisolated private static func outcome<R>(_ body: () throws(HTTPFailure) -> R) -> Result<R, HTTPFailure> {
        do throws(HTTPFailure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }

    nonisolated private static func dripping(
        _ input: FuzzInput, _ parse: ([UInt8], inout Int) throws(HTTPFailure) -> Int?
    ) -> Result<Int?, HTTPFailure> {
        outcome { () throws(HTTPFailure) in
            var bytes: [UInt8] = []
            var scanned = 0
            for piece in input.pieces() {
                bytes += piece
                if let length = try parse(bytes, &scanned) { return length }
            }
            return nil
        }
    }

    /// What goes upstream is built from what was read. Whoever reads it must see one message, the same one.
    nonisolated private static func checkRewriting(_ head: RequestHead, _ length: Int) {
        checkFields(head.fields)
        checkPath(head.target.path)
        _ = head.keepsAlive
        let framing = try? BodyFraming.request(head)
        if head.isHTTP10 || length > Limits.headBytesMax / 2 { return }
        var out = ByteBuffer()
        let target = head.target.path + (head.target.query.map { [UInt8(ascii: "?")] + $0 } ?? [])
        do {
            try HeadWriter.requestLine("POST", path: target.span, into: &out)
            try head.fields.forEach { name, _, value in try HeadWriter.field(named: name, value, into: &out) }
        } catch {
            fatalError("what was read cannot be written")
        }
        HeadWriter.end(into: &out)
        guard let again = try? HeadParser.parseRequest(out.readable) else { fatalError("what was written is refused") }
        FuzzInput.require(again.length == out.readableCount, "what was written ends elsewhere")
        FuzzInput.require(again.head.target == head.target, "normalising a target twice changes it")
        FuzzInput.require(again.head.fields.count == head.fields.count, "a field came or went")
        FuzzInput.require((try? BodyFraming.request(again.head)) == framing, "the framing changed")
    }

    nonisolated private static func checkFields(_ fields: FieldTable) {
        fields.forEach { name, known, value in
            FuzzInput.require(name.count > 0, "a field without a name")
            for at in 0..<name.count { FuzzInput.require(ASCII.isToken(name[at]), "a name that is no token") }
            for at in 0..<value.count {
                let byte = value[at]
                FuzzInput.require(byte == 0x09 || byte >= 0x20 && byte != 0x7F, "a control character in a value")
            }
            if let known { FuzzInput.require(fields.count(known) > 0, "a known field that is not counted") }
        }
    }

    nonisolated private static func checkPath(_ path: [UInt8]) {
        FuzzInput.require(path.first == UInt8(ascii: "/"), "a path without a slash in front")
        for segment in path.split(separator: UInt8(ascii: "/")) {
            FuzzInput.require(segment != [0x2E] && segment != [0x2E, 0x2E], "a dot segment is left")
        }
        FuzzInput.require(path.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }, "a path with an odd byte")
        let text = String(decoding: path, as: UTF8.self).lowercased()
        for hidden in ["%2f", "%5c", "%2e", "%00"] { FuzzInput.require(!text.contains(hidden), "a path hides \(hidden)") }
    }
}
