import Testing

@testable import HTTP

@Suite struct MediaTypeTests {
    static let cases: [(String, MediaType.Kind?, MediaType.Charset)] = [
        ("application/json", .json, .absent),
        ("Application/JSON", .json, .absent),
        ("application/json; charset=utf-8", .json, .utf8),
        ("application/json;charset=\"UTF-8\"", .json, .utf8),
        ("application/json ; Charset=utf8 ; x=y", .json, .utf8),
        ("application/json;", .json, .absent),
        ("application/json; charset=utf-16", .json, .other),
        ("application/json; charset=\"u\\tf-8\"", .json, .other),
        ("application/json; profile=\"a;b, c\"", .json, .absent),
        ("text/event-stream", .eventStream, .absent),
        ("TEXT/Event-Stream; charset=utf-8", .eventStream, .utf8),
        ("text/event-stream; charset=latin1", .eventStream, .other),
        ("text/plain; charset=utf-8", .text, .utf8),
        ("application/jsonx", .other, .absent),
        ("application/vnd.api+json", .other, .absent),
        ("application/json-rpc", .other, .absent),
        ("xtext/event-stream", .other, .absent),
        ("multipart/form-data; boundary=x", .other, .absent),
        ("", nil, .absent), (";", nil, .absent), ("json", nil, .absent), ("application/", nil, .absent), ("/json", nil, .absent),
        ("application/json/x", nil, .absent), ("application /json", nil, .absent), ("application/json, text/html", nil, .absent),
        ("application/json; charset", nil, .absent), ("application/json; charset=", nil, .absent),
        ("application/json; =utf-8", nil, .absent),
        ("application/json; charset =utf-8", nil, .absent), ("application/json; charset= utf-8", nil, .absent),
        ("application/json; charset=\"utf-8", nil, .absent), ("application/json; charset=\"utf-8\\", nil, .absent),
        ("application/json; charset=utf-8; charset=utf-16", nil, .absent), ("application/json; charset=utf-8 x", nil, .absent),
        ("application/json charset=utf-8", nil, .absent),
    ]

    @Test(arguments: cases) func reads(_ text: String, _ kind: MediaType.Kind?, _ charset: MediaType.Charset) {
        let type = MediaType(Wire.bytes(text).span)
        #expect(type?.kind == kind)
        if let type { #expect(type.charset == charset) }
    }

    @Test func onlyUTF8IsJSONOrEvents() {
        for (text, kind, charset) in Self.cases {
            let type = MediaType(Wire.bytes(text).span)
            #expect((type?.isJSON ?? false) == (kind == .json && charset != .other), "\(text)")
            #expect((type?.isEventStream ?? false) == (kind == .eventStream && charset != .other), "\(text)")
        }
    }
}
