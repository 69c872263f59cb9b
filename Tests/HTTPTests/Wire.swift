import Core
import HTTP

/// Short ways from text to parsed values, for the tables of this folder.
enum Wire {
    static func request(_ text: String) throws(HTTPFailure) -> RequestHead? {
        try HeadParser.parseRequest(bytes(text).span)?.head
    }

    static func response(_ text: String) throws(HTTPFailure) -> ResponseHead? {
        try HeadParser.parseResponse(bytes(text).span)?.head
    }

    /// Each scalar is one byte, so that a table can hold bytes that are no UTF-8.
    static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8($0.value) }
    }

    static func text(_ bytes: [UInt8]) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    static func value(_ fields: FieldTable, _ name: FieldName) -> String? {
        fields.value(name).map { text($0) }
    }

    /// The status a request is refused with, head and framing together; 0 if it is taken, -1 if more is wanted.
    static func refusal(_ text: String) -> Int {
        do throws(HTTPFailure) {
            guard let head = try request(text) else { return -1 }
            _ = try BodyFraming.request(head)
            return 0
        } catch {
            return error.status
        }
    }

    /// The class a response is refused with; `taken` or `more` otherwise.
    static func responseRefusal(_ text: String, to method: HTTPMethod = .post) -> String {
        do throws(HTTPFailure) {
            guard let head = try response(text) else { return "more" }
            _ = try BodyFraming.response(head, to: method)
            return "taken"
        } catch {
            return error.status == 502 ? error.reason.description : "status \(error.status)"
        }
    }

    /// The class a request is refused with; `taken` or `more` otherwise.
    static func reason(_ text: String) -> String {
        do throws(HTTPFailure) {
            guard let head = try request(text) else { return "more" }
            _ = try BodyFraming.request(head)
            return "taken"
        } catch {
            return error.reason.description
        }
    }

    static func buffer(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.append(bytes)
        return buffer
    }
}
